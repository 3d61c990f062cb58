import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AiFolder } from './checkout.ts';

let dir: string;
let ai: AiFolder;
const path = () => join(dir, '.ai', 'new-learnings.md');

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'factory-ai-'));
  mkdirSync(join(dir, '.ai'));
  ai = new AiFolder(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

it('reads a file that the agent wrote, and of a megabyte or of bytes that are no text what it begins with', () => {
  expect(ai.read('new-learnings.md')).toBeNull();
  writeFileSync(path(), '- Gotcha: tea is hot\n');
  expect(ai.read('new-learnings.md')).toBe('- Gotcha: tea is hot\n');
  writeFileSync(path(), '- x\n'.repeat(250_000));
  expect(ai.read('new-learnings.md')).toHaveLength(256 * 1024);
  writeFileSync(path(), Buffer.from([0xff, 0, 0xfe, 10]));
  expect(ai.read('new-learnings.md')).toBe('\uFFFD\0\uFFFD\n');
});

it('waits for no pipe, follows no link, and takes no folder for a file', () => {
  execFileSync('mkfifo', [path()]);
  expect(ai.read('new-learnings.md')).toBeNull();
  rmSync(path());
  writeFileSync(join(dir, 'other'), 'another file');
  symlinkSync(join(dir, 'other'), path());
  expect(ai.read('new-learnings.md')).toBeNull();
  rmSync(path());
  mkdirSync(path());
  expect(ai.read('new-learnings.md')).toBeNull();
});
