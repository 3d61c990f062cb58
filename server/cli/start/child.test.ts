import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, keepRunning } from './child.ts';

let dataDir: string;
let child: Child | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'factory-child-'));
  mkdirSync(join(dataDir, 'logs'));
});
afterEach(async () => {
  await child?.stop(1_000);
  rmSync(dataDir, { recursive: true, force: true });
});

test('what could not even be started is started again, as what ended is', async () => {
  const said: string[] = [];
  const args = ['x'.repeat(200_000)]; // longer than the system takes
  child = keepRunning({ name: 'web', args, env: { PATH: process.env.PATH ?? '' }, dataDir, say: (line) => void said.push(line) });
  await expect.poll(() => said).toEqual([expect.stringMatching(/^web could not be started: .*E2BIG.*; starting it again in 0\.5 s/)]);
  expect(child.pid()).toBeUndefined();
  args.splice(0, 1, '-e', 'process.exit(3)');
  await expect.poll(() => said[1], { timeout: 20_000 }).toMatch(/^web ended \(exit 3\); starting it again in 1\.0 s/);
  args.splice(0, 2, '-e', 'setInterval(() => {}, 1000)');
  await expect.poll(() => child?.pid() !== undefined && said.length === 2, { timeout: 20_000 }).toBe(true);
});

test('a stop before it could be started ends the tries', async () => {
  const said: string[] = [];
  child = keepRunning({ name: 'web', args: ['x'.repeat(200_000)], env: {}, dataDir, say: (line) => void said.push(line) });
  await expect.poll(() => said.length).toBe(1);
  await child.stop(1_000);
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(said).toHaveLength(1);
});
