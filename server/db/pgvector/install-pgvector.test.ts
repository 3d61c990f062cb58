import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtPlace, findPgvector, installPgvector, keepPgvector } from './install-pgvector.ts';

const LIBRARY = process.platform === 'darwin' ? 'vector.dylib' : 'vector.so';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pgvector-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const native = () => join(root, 'native');
const extension = () => join(native(), 'share', 'postgresql', 'extension');

it('takes what was built, keeps what a server has, and puts it back after the server was installed anew', () => {
  const dataDir = join(root, 'data');
  const built = builtPlace(dataDir);
  write(join(built.library, LIBRARY), 'library');
  write(join(built.extension, 'vector.control'), 'control');
  write(join(built.extension, 'vector--0.8.0.sql'), 'sql');
  expect(installPgvector(native(), findPgvector(dataDir))).toBe(true);
  expect(readdirSync(extension()).sort()).toEqual(['vector--0.8.0.sql', 'vector.control']);
  expect(readFileSync(join(native(), 'lib', 'postgresql', LIBRARY), 'utf8')).toBe('library');

  // A factory of another DATA_DIR on the same server.
  const other = join(root, 'other');
  keepPgvector(native(), other);
  rmSync(native(), { recursive: true });
  expect(installPgvector(native(), findPgvector(other))).toBe(true);
  expect(existsSync(join(extension(), 'vector--0.8.0.sql'))).toBe(true);
});

it('keeps nothing of a server that has none', () => {
  keepPgvector(native(), join(root, 'data'));
  expect(existsSync(join(root, 'data'))).toBe(false);
  expect(installPgvector(native(), null)).toBe(false);
});
