import { mkdtempSync, readFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_TEXT_MAX, type WorkerEvent } from '../../../server/contracts/run-events.ts';
import { Emitter, type PostResult } from './emitter.ts';
import { Spool } from './spool.ts';
import { cutTail, cutText, LineSplitter } from './text.ts';

const fileOf = () => join(mkdtempSync(join(tmpdir(), 'ralph-spool-')), 'events.jsonl');
const log = (text: string) => ({ type: 'log', level: 'info', text }) as const;

function setup(file: string, answer: (events: WorkerEvent[]) => PostResult, lastWorkerSeq = 0) {
  const printed: string[] = [];
  const batches: number[][] = [];
  const emitter = new Emitter({
    print: (line) => printed.push(line),
    signal: new AbortController().signal,
    upstream: {
      spool: new Spool(file),
      lastWorkerSeq,
      post: async (events) => {
        batches.push(events.map((event) => event.workerSeq));
        return answer(events);
      },
    },
  });
  return { emitter, printed, batches };
}
const store = (events: WorkerEvent[]): PostResult => ({ kind: 'stored', lastWorkerSeq: events.at(-1)?.workerSeq ?? 0 });

describe('Emitter', () => {
  it('prints each event as a line and posts it in batches', async () => {
    const { emitter, printed, batches } = setup(fileOf(), store);
    for (let n = 1; n <= 5; n += 1) emitter.emit(log(`line ${n}`));
    expect(await emitter.flush(5_000)).toBe(true);
    expect(printed.map((line) => (JSON.parse(line) as WorkerEvent).workerSeq)).toEqual([1, 2, 3, 4, 5]);
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5]);
    expect(batches.length).toBeLessThan(5);
  });

  it('loses nothing in an outage of the gateway', async () => {
    let failures = 2;
    const stored: number[] = [];
    const { emitter } = setup(fileOf(), (events) => {
      if ((failures -= 1) >= 0) return { kind: 'later' };
      stored.push(...events.map((event) => event.workerSeq));
      return store(events);
    });
    emitter.emit(log('a'));
    emitter.emit(log('b'));
    expect(await emitter.flush(10_000)).toBe(true);
    expect(stored).toEqual([1, 2]);
  });

  it('repeats after a restart what was not stored, and counts on', async () => {
    const file = fileOf();
    const first = setup(file, () => ({ kind: 'later' }));
    for (const text of ['a', 'b', 'c']) first.emitter.emit(log(text));
    await first.emitter.flush(50);
    appendFileSync(file, '{"torn');
    const second = setup(file, store, 1);
    second.emitter.emit(log('d'));
    await second.emitter.flush(5_000);
    expect(second.batches.flat()).toEqual([2, 3, 4]);
  });

  it('gives up only the event that the gateway does not take', async () => {
    const stored: number[] = [];
    const { emitter } = setup(fileOf(), (events) => {
      if (events.some((event) => event.workerSeq === 3)) return { kind: 'bad' };
      stored.push(...events.map((event) => event.workerSeq));
      return store(events);
    });
    for (let n = 1; n <= 6; n += 1) emitter.emit(log(`${n}`));
    expect(await emitter.flush(10_000)).toBe(true);
    expect(stored).toEqual([1, 2, 4, 5, 6]);
  });

  it('posts no more when the run has ended', async () => {
    const { emitter, batches, printed } = setup(fileOf(), () => ({ kind: 'ended' }));
    emitter.emit(log('a'));
    await emitter.flush(1_000);
    emitter.emit(log('b'));
    await emitter.flush(1_000);
    expect(batches).toHaveLength(1);
    expect(printed).toHaveLength(2);
  });

  it('keeps what is on disk small once it is stored', async () => {
    const file = fileOf();
    const { emitter } = setup(file, store);
    for (let n = 0; n < 400; n += 1) emitter.emit(log('x'.repeat(16_000)));
    expect(await emitter.flush(20_000)).toBe(true);
    expect(readFileSync(file).length).toBe(0);
  });
});

describe('texts', () => {
  it('are cut, and say so', () => {
    expect(cutText('short')).toEqual({ text: 'short' });
    const long = `a${'x'.repeat(EVENT_TEXT_MAX)}z`;
    expect(cutText(long)).toMatchObject({ truncated: true, text: expect.stringMatching(/^ax/) as string });
    expect(cutTail(long)).toMatchObject({ truncated: true, text: expect.stringMatching(/xz$/) as string });
  });

  it('are split into lines across chunks, in bounded memory', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line), 10);
    splitter.push('ab\nc');
    splitter.push('d\r\n');
    splitter.push('x'.repeat(25));
    splitter.flush();
    expect(lines).toEqual(['ab', 'cd', 'x'.repeat(25)]);
  });
});
