import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WorkerEvent } from '../../../server/contracts/run-events.ts';
import { EVENTS_BATCH_MAX } from '../../../server/contracts/worker-protocol.ts';
import { Spool } from './spool.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'spool-')), 'spool.jsonl');
const event = (workerSeq: number, text = `line ${workerSeq}`): WorkerEvent => ({
  v: 1,
  workerSeq,
  ts: new Date(0).toISOString(),
  type: 'log',
  level: 'info',
  text,
});
const seqs = (spool: Spool, max?: number) => spool.next(max).events.map(({ workerSeq }) => workerSeq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('more than memory holds is read from disk: each event comes once, in its order, however much is asked for and added between', () => {
  const spool = new Spool(newFile());
  const total = 3 * EVENTS_BATCH_MAX + 7;
  let written = 0;
  const came: number[] = [];
  for (let turn = 0; came.length < total; turn++) {
    for (const many = (turn * 193) % 700; written < total && written < came.length + many;) spool.append(event(++written));
    const batch = spool.next(1 + ((turn * 71) % (EVENTS_BATCH_MAX + 50)));
    came.push(...batch.events.map(({ workerSeq }) => workerSeq));
    spool.acknowledge(batch.endOffset);
    if (turn > 10_000) throw new Error(`only ${came.length} of ${written} came`);
  }
  expect(came).toEqual(range(1, total));
  expect(spool.pending).toBe(false);
});

test('what is not acknowledged comes again, and from a process that died to its successor', () => {
  const file = newFile();
  const spool = new Spool(file);
  for (const seq of range(1, 5)) spool.append(event(seq));
  expect([seqs(spool, 2), seqs(spool)]).toEqual([[1, 2], range(1, 5)]);
  spool.acknowledge(spool.next(2).endOffset);
  expect(seqs(spool)).toEqual([3, 4, 5]);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(5);
  appendFileSync(file, '{"torn');
  const next = new Spool(file);
  next.append(event(6));
  expect([next.lastSeq(), seqs(next)]).toEqual([6, range(1, 6)]);
});
