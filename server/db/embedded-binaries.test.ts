import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyBinaries, embeddedNative, embeddedVersion, refuseOtherMajor } from './embedded-binaries.ts';

let dir: string;
let native: string;
let systemDir: string;
let server: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'factory-binaries-'));
  native = join(dir, 'package', 'native');
  systemDir = join(dir, 'system');
  mkdirSync(join(native, 'bin'), { recursive: true });
  writeFileSync(join(native, 'bin', 'postgres'), 'first');
});
afterEach(() => {
  server?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});
const copyOf = (version: string) => readFileSync(join(copyBinaries({ native, systemDir, version }), 'bin', 'postgres'), 'utf8');

test('a later release is used from its first start on; what nobody runs from goes, the copy without a version included', () => {
  mkdirSync(join(systemDir, 'postgres-17'), { recursive: true });
  mkdirSync(join(systemDir, 'a-factory'), { recursive: true });
  expect(copyOf('17.10.0')).toBe('first');
  writeFileSync(join(native, 'bin', 'postgres'), 'second');
  expect(copyOf('17.10.0')).toBe('first');
  expect(copyOf('17.11.0')).toBe('second');
  expect(readdirSync(systemDir).sort()).toEqual(['a-factory', 'postgres-17.11.0']);
});

test('a copy that was cut off goes when who made it is gone, and stays while he makes it', () => {
  const parts = [process.pid, 4_194_304].map((pid) => `postgres-17.9.0.${pid}.part`); // the kernel gives no number as high
  for (const part of parts) mkdirSync(join(systemDir, part), { recursive: true });
  copyOf('17.10.0');
  expect(readdirSync(systemDir).sort()).toEqual(['postgres-17.10.0', parts[0]]);
});

test('a copy that another factory’s server runs from stays', async () => {
  // As where the system's folder lies on another disk.
  mkdirSync(join(dir, 'disk'));
  symlinkSync(join(dir, 'disk'), systemDir);
  const old = join(copyBinaries({ native, systemDir, version: '17.10.0' }), 'bin', 'postgres');
  copyFileSync('/bin/sleep', old);
  chmodSync(old, 0o755);
  server = spawn(old, ['600']);
  await once(server, 'spawn');
  copyOf('17.11.0');
  expect(existsSync(old)).toBe(true);
});

test('a data folder of another major is refused with the way out; one of this major, and none, are not', () => {
  const version = embeddedVersion(embeddedNative());
  expect(version).toMatch(/^17\.\d+\./);
  expect(() => refuseOtherMajor({ clusterDir: dir, version })).not.toThrow();
  writeFileSync(join(dir, 'PG_VERSION'), '17\n');
  expect(() => refuseOtherMajor({ clusterDir: dir, version })).not.toThrow();
  writeFileSync(join(dir, 'PG_VERSION'), '16\n');
  expect(() => refuseOtherMajor({ clusterDir: dir, version })).toThrow(
    /is of Postgres 16, and this version of the factory brings Postgres 17: .*backup FILE.*move that folder away.*restore FILE/,
  );
});
