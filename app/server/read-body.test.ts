import { expect, test } from 'vitest';
import { BODY_MAX_BYTES, readBody, readForm } from './read-body.ts';

const KIB = new Uint8Array(1024).fill(120);

/** A body without an end, sent as fast as it is read. @returns also how much of it was taken */
function endless(headers: Record<string, string> = {}): { request: Request; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += KIB.byteLength;
      controller.enqueue(KIB);
    },
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
  return { request: new Request('http://localhost/', init), taken: () => taken };
}

test.each(Object.entries(BODY_MAX_BYTES) as [keyof typeof BODY_MAX_BYTES, number][])(
  '%s: a body without an end is left at %d bytes',
  async (kind, maxBytes) => {
    const { request, taken } = endless();
    await expect(readBody(request, kind)).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining(`over ${maxBytes} bytes`) as string });
    expect(taken()).toBeLessThan(maxBytes + 64 * KIB.byteLength);
  },
);

test('one that says how large it is is not read at all; one that says less than it is, is counted', async () => {
  const honest = endless({ 'content-length': '9000' });
  await expect(readBody(honest.request, 'form')).rejects.toMatchObject({ code: 'too_large' });
  expect(honest.taken()).toBeLessThan(8 * KIB.byteLength);
  await expect(readBody(endless({ 'content-length': '10' }).request, 'form')).rejects.toMatchObject({ code: 'too_large' });
});

test('a body of just the size is whole; no body is an empty one', async () => {
  const full = new Request('http://localhost/', { method: 'POST', body: new Uint8Array(BODY_MAX_BYTES.form).fill(1) });
  expect((await readBody(full, 'form')).byteLength).toBe(BODY_MAX_BYTES.form);
  expect((await readBody(new Request('http://localhost/', { method: 'POST' }), 'form')).byteLength).toBe(0);
});

test('a form gives its fields, of either kind; what is none gives null', async () => {
  const multipart = new FormData();
  multipart.set('link', 'two');
  const post = (body: BodyInit, headers: Record<string, string> = {}) => new Request('http://localhost/', { method: 'POST', body, headers });
  expect((await readForm(post(new URLSearchParams({ link: 'one' }))))?.get('link')).toBe('one');
  expect((await readForm(post(multipart)))?.get('link')).toBe('two');
  expect(await readForm(post('--x\r\ncut o', { 'content-type': 'multipart/form-data; boundary=x' }))).toBeNull();
});

test('a body whose sender goes away before its end is no body, whatever came of it', async () => {
  const cut = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(KIB),
    pull: (controller) => controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: cut, duplex: 'half' };
  await expect(readBody(new Request('http://localhost/', init), 'rest')).rejects.toThrow('aborted');
});
