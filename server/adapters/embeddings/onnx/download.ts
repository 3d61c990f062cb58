import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '../../../domain/app-error.ts';

/** A server that has not begun to answer by then is not reachable. */
const ANSWER_MS = 15_000;
/** A transfer in which nothing came for this long has broken off. */
const STALL_MS = 60_000;

export interface Download {
  url: string;
  file: string;
  maxBytes: number;
  signal: AbortSignal;
  /** Hears of bytes as they come; `totalBytes` is null where the server does not say. */
  onBytes?: (bytes: number, totalBytes: number | null) => void;
}

/**
 * Fetches one file piece by piece into `<file>.part`, which takes its name when it is whole.
 * @returns its SHA-256 in hex and its size; null where the server has no such file
 * @throws AppError with one sentence; the signal's reason once it is aborted. No part is left behind.
 */
export async function download({ url, file, maxBytes, signal, onBytes }: Download): Promise<{ sha256: string; sizeBytes: number } | null> {
  const shown = withoutQuery(url);
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), ANSWER_MS);
  const both = AbortSignal.any([signal, silence.signal]);
  const part = `${file}.part`;
  let begun = false;
  try {
    const answer = await fetch(url, { signal: both, headers: { 'accept-encoding': 'identity' } });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return null;
    }
    if (!answer.ok || !answer.body) throw new AppError('unavailable', `${shown} cannot be fetched: the server answered ${answer.status}.`);
    begun = true;
    const length = Number(answer.headers.get('content-length') ?? 'none');
    const totalBytes = Number.isSafeInteger(length) && !answer.headers.has('content-encoding') ? length : null;
    const tooLarge = () => new AppError('too_large', `${shown} is larger than the ${Math.round(maxBytes / 1e6)} MB that are taken.`);
    if (totalBytes !== null && totalBytes > maxBytes) throw tooLarge();
    await mkdir(dirname(file), { recursive: true });
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), STALL_MS);
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) return done(tooLarge());
        hash.update(chunk);
        onBytes?.(sizeBytes, totalBytes);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), measure, createWriteStream(part), { signal: both });
    if (totalBytes !== null && totalBytes !== sizeBytes) throw new AppError('unavailable', `${shown} broke off: ${sizeBytes} of ${totalBytes} bytes came.`);
    await rename(part, file);
    return { sha256: hash.digest('hex'), sizeBytes };
  } catch (error) {
    await rm(part, { force: true });
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    if (silence.signal.aborted)
      throw new AppError('unavailable', `${shown} cannot be fetched: ${begun ? 'the transfer stopped' : 'the server does not answer'}.`);
    if (isDisk(error)) throw new AppError('unavailable', `${file} cannot be written: ${error.code}.`, { cause: error });
    throw new AppError('unavailable', begun ? `${shown} broke off before it was whole.` : `${shown} cannot be reached.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** An address as people may see it: a signed one carries its signature behind the question mark. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? url;
}

function isDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && ['open', 'write', 'mkdir', 'rename', 'close'].includes(String(error.syscall));
}
