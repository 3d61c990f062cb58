import { AppError } from '../../server/domain/app-error.ts';
import { SPEC_MAX_BYTES } from '../../server/contracts/vocabulary.ts';

/** Bytes that a body may have, by its kind. */
export const BODY_MAX_BYTES = {
  /** A sign-in link. */
  form: 8 * 1024,
  /** A spec of 256 KB, every character of it escaped, and some fields. */
  rest: 6 * SPEC_MAX_BYTES + 64 * 1024,
  /** A file of 1,000,000 characters of learnings, of up to three bytes each, and some fields. */
  procedure: 4 * 1024 * 1024,
} as const;

/**
 * The body of a request, of which no more is kept than it may have: what the sender says of its length is only his word.
 * @throws AppError too_large
 */
export async function readBody(request: Request, kind: keyof typeof BODY_MAX_BYTES): Promise<Uint8Array<ArrayBuffer>> {
  const maxBytes = BODY_MAX_BYTES[kind];
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(kind);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(kind);
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** The fields of a form; null where it is none. @throws AppError too_large */
export async function readForm(request: Request): Promise<FormData | null> {
  const body = await readBody(request, 'form');
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  return new Response(body, { headers }).formData().catch(() => null); // cut off, or of another form than it says
}

function tooLarge(kind: keyof typeof BODY_MAX_BYTES): AppError {
  const spec = kind === 'form' ? '' : `; a spec may have ${SPEC_MAX_BYTES} (256 KB)`;
  return new AppError('too_large', `The body is over ${BODY_MAX_BYTES[kind]} bytes${spec}.`);
}
