import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBoundedLog } from './bounded-log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'factory-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a log that is written for long stays within two files of its size, newest lines last', () => {
  const path = join(dir, 'logs', 'web.log');
  const log = openBoundedLog(path, 1_000);
  for (let line = 0; line < 1_000; line++) log.write(`line ${line}\n`);
  log.end();
  expect(readdirSync(join(dir, 'logs')).sort()).toEqual(['web.log', 'web.log.1']);
  expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThan(2_100);
  expect((readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).trim().split('\n').at(-1)).toBe('line 999');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('goes on in the file of an earlier start; nothing is written after the end', () => {
  const path = join(dir, 'web.log');
  for (const text of ['first\n', 'second\n']) {
    const log = openBoundedLog(path);
    log.write(text);
    log.end();
    log.write('late\n');
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
});
