import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEEP_WORKSPACES_MS, removeOldWorkspaces } from './kept-workspaces.ts';

let runs: string;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'factory-runs-'));
  for (const dir of ['kept/worker/workspace', 'alive/worker']) mkdirSync(join(runs, dir), { recursive: true });
  writeFileSync(join(runs, 'alive/worker/identity.json'), '{}');
});

afterEach(() => rmSync(runs, { recursive: true }));

it('keeps a workspace for its days, and then removes it with its folder', () => {
  removeOldWorkspaces(runs, Date.now() + KEEP_WORKSPACES_MS - 60_000);
  expect(existsSync(join(runs, 'kept/worker/workspace'))).toBe(true);
  removeOldWorkspaces(runs, Date.now() + KEEP_WORKSPACES_MS + 60_000);
  expect(existsSync(join(runs, 'kept'))).toBe(false);
});

it('never touches what is still looked after', () => {
  removeOldWorkspaces(runs, Date.now() + 10 * KEEP_WORKSPACES_MS);
  expect(existsSync(join(runs, 'alive/worker'))).toBe(true);
});
