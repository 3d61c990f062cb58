import { existsSync, statSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** What a process worker prints goes to these files, opened to append. */
export const OUTPUT_FILES = ['stdout.log', 'stderr.log'] as const;
const TAIL_BYTES = 256 * 1024;
/** The events are in Postgres; the files only explain a worker that never got so far. */
const OUTPUT_MAX_BYTES = 32 * 1024 * 1024;

/** Empties an output file of this folder that has grown past the cap: its writer appends, and goes on at its start. */
export function capOutput(dir: string): void {
  for (const name of OUTPUT_FILES) {
    const size = statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
    if (size > OUTPUT_MAX_BYTES) truncateSync(join(dir, name));
  }
}

/** Last lines of the output files of this folder, stdout first. */
export async function tailOutput(dir: string, lines: number): Promise<string> {
  const parts = await Promise.all(OUTPUT_FILES.map((name) => readEnd(join(dir, name))));
  return parts
    .flatMap((text) => text.trimEnd().split('\n').slice(-lines))
    .filter((line) => line !== '')
    .slice(-lines)
    .join('\n');
}

async function readEnd(path: string): Promise<string> {
  if (!existsSync(path)) return '';
  const size = statSync(path).size;
  const file = await open(path);
  try {
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, TAIL_BYTES)), 0, Math.min(size, TAIL_BYTES), start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
