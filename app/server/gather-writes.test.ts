import { expect, test } from 'vitest';
import { gatherWrites } from './gather-writes.ts';

test('pieces of one turn leave as one, in order; the last ones leave with the end', async () => {
  const gather = gatherWrites();
  const writer = gather.writable.getWriter();
  const reader = gather.readable.getReader();
  const text = async () => Buffer.from((await reader.read()).value ?? new Uint8Array()).toString('utf8');
  for (const piece of ['event: x\n', 'data: ä\n', '\n']) void writer.write(Buffer.from(piece));
  expect(await text()).toBe('event: x\ndata: ä\n\n');
  void writer.write(Buffer.from('second'));
  expect(await text()).toBe('second');
  void writer.write(Buffer.from('last'));
  void writer.close();
  expect(await text()).toBe('last');
  expect((await reader.read()).done).toBe(true);
});

test('a reader that leaves ends the source, and nothing is thrown afterwards', async () => {
  let left = false;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.from('x')),
    cancel: () => void (left = true),
  });
  const reader = source.pipeThrough(gatherWrites()).getReader();
  await reader.read();
  await reader.cancel();
  await new Promise((resolve) => setImmediate(resolve));
  expect(left).toBe(true);
});
