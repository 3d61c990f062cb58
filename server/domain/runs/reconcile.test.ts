import { expect, test } from 'vitest';
import { decideReconcile, type ReconcileFacts, type RunFacts } from './reconcile.ts';

const now = new Date('2026-11-23T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const HOUR = 3_600_000;
const run: RunFacts = {
  ...{ id: 'r', state: 'running', reason: null, order: null, mine: true, engineId: 'e', workerRef: 'w', verifierRef: null, createdAt: ago(HOUR) },
  ...{ stateAt: ago(HOUR), lastBeatAt: ago(1_000), ownerBeatAt: now, outboxPending: false },
};
const worker = { ref: 'w', runId: 'r', role: 'worker', exit: null } as const;
const facts = (change: Partial<ReconcileFacts>): ReconcileFacts => {
  return {
    runs: [run],
    workers: [worker],
    silentEngines: [],
    starting: new Set(),
    gatewayUpSince: ago(HOUR),
    lastClockGap: null,
    itemsWithoutJob: [],
    ...change,
  };
};

test('a live run with a live worker is left alone', () => expect(decideReconcile(facts({}), now)).toEqual([]));

test('an engine that does not answer is unknown, never gone', () => {
  expect(decideReconcile(facts({ workers: [], silentEngines: ['e'] }), now)).toEqual([]);
  expect(decideReconcile(facts({ workers: [] }), now)).toMatchObject([{ kind: 'end_run', reason: 'worker_exited' }]);
});

test('silence counts from the latest of beat, gateway and clock gap', () => {
  const runs = [{ ...run, lastBeatAt: ago(121_000) }];
  expect(decideReconcile(facts({ runs }), now)).toMatchObject([{ kind: 'end_run', reason: 'heartbeat_lost' }]);
  expect(decideReconcile(facts({ runs, gatewayUpSince: ago(1_000) }), now)).toEqual([]);
  expect(decideReconcile(facts({ runs, lastClockGap: ago(1_000) }), now)).toEqual([]);
});

test('a run that never got its worker is ended after 3 minutes, but not while the worker is being made', () => {
  const runs = [{ ...run, state: 'starting' as const, workerRef: null, lastBeatAt: null }];
  expect(decideReconcile(facts({ runs, workers: [] }), now)).toMatchObject([{ kind: 'end_run', reason: 'start_failed' }]);
  expect(decideReconcile(facts({ runs, workers: [], starting: new Set(['r']) }), now)).toEqual([]);
});

test('memory and exits have their own reasons', () => {
  const exit = (oomKilled: boolean) => facts({ workers: [{ ...worker, exit: { code: 137, oomKilled } }] });
  expect(decideReconcile(exit(true), now)).toMatchObject([{ reason: 'out_of_memory' }]);
  expect(decideReconcile(exit(false), now)).toMatchObject([{ reason: 'worker_exited' }]);
});

test('a worker that was asked to yield and ended did so: the factory may have been killed while it stopped', () => {
  const runs = [{ ...run, order: 'yield' }];
  expect(decideReconcile(facts({ runs }), now)).toEqual([]);
  expect(decideReconcile(facts({ runs, workers: [] }), now)).toMatchObject([{ kind: 'yield_run' }]);
  expect(decideReconcile(facts({ runs, workers: [{ ...worker, exit: { code: 137, oomKilled: false } }] }), now)).toMatchObject([{ kind: 'yield_run' }]);
  expect(decideReconcile(facts({ runs, workers: [{ ...worker, exit: { code: 137, oomKilled: true } }] }), now)).toMatchObject([{ reason: 'out_of_memory' }]);
});

test('what is left of ended and unknown runs is removed', () => {
  expect(decideReconcile(facts({ runs: [] }), now)).toMatchObject([{ kind: 'remove_worker', keepWorkspace: false }]);
  const ended = { ...run, state: 'ended', reason: 'cancelled' } as const;
  expect(decideReconcile(facts({ runs: [ended] }), now)).toMatchObject([{ kind: 'remove_worker', keepWorkspace: true }]);
});

test('another supervisor’s run is judged only after two minutes of its silence', () => {
  const other = { ...run, mine: false, lastBeatAt: ago(HOUR) };
  expect(decideReconcile(facts({ runs: [{ ...other, ownerBeatAt: ago(119_000) }], workers: [] }), now)).toEqual([]);
  expect(decideReconcile(facts({ runs: [{ ...other, ownerBeatAt: ago(121_000) }], workers: [] }), now)).toMatchObject([{ kind: 'return_run' }]);
});

test('lost jobs and outbox rows are made again', () => {
  const runs = [{ ...run, state: 'publishing' as const }];
  expect(decideReconcile(facts({ runs, itemsWithoutJob: ['i'] }), now)).toEqual([
    { kind: 'queue_again', itemId: 'i' },
    { kind: 'publish_again', runId: 'r' },
  ]);
});
