import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { lowDisk } from './low-disk.ts';

test('says how much is free where that is too little, and nothing where it is enough', async () => {
  expect(await lowDisk(tmpdir(), { floorBytes: 1 })).toBeNull();
  expect(await lowDisk(tmpdir(), { floorBytes: Number.MAX_SAFE_INTEGER })).toMatch(/^only [\d.]+ GiB are free at DATA_DIR/);
});
