import { setTimeout as sleep } from 'node:timers/promises';
import { NOTIFY_CHANNEL } from '../../contracts/notify.ts';
import type { WorkerEvent } from '../../contracts/run-events.ts';
import type { Db } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';

/** Most that one statement stores: batches, and characters of their JSON beyond the first one's. */
const TOGETHER_MAX = 100;
const TOGETHER_MAX_CHARS = 1024 * 1024;

/** Batches of one run that may wait here: a worker posts one after the other, and repeats what got no answer. */
const WAITING_MAX = 4;

/** Statements begin at least this far apart: the first is made at once, and the next takes along what came meanwhile. */
const STATEMENT_INTERVAL_MS = 20;

/** What one worker posted at once, in the order of its numbers, each of which counts up. */
export interface OutputBatch {
  runId: string;
  epoch: number;
  events: readonly WorkerEvent[];
  /** The events as JSON. */
  json: string;
}

/**
 * Stores the output of several runs by one statement, behind the same fence as fenceRun and appendEvents. It waits for nobody: what
 * somebody else holds at this moment is left out, as is what comes from a run that is over or was stored before.
 * Who watches is told with the commit.
 * @returns the runs whose batch is stored; the others are to be stored one by one, which also says why one is refused
 */
async function storeOutput(db: Db, batches: readonly OutputBatch[], now: Date): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ runId: string }[]>`
    /* prepared: store_output */ WITH batch AS (
      SELECT * FROM unnest(
        ${batches.map((batch) => batch.runId)}::text[], ${batches.map((batch) => batch.epoch)}::int[],
        ${batches.map((batch) => batch.events[0]?.workerSeq ?? 0)}::int[], ${batches.map((batch) => batch.events.at(-1)?.workerSeq ?? 0)}::int[],
        ${batches.map((batch) => batch.events.length)}::int[], ${batches.map((batch) => batch.json)}::text[]
      ) AS b (run_id, epoch, first_worker_seq, last_worker_seq, count, events)
    ),
    item AS MATERIALIZED (
      SELECT w.id, w.epoch FROM work_item w
      WHERE w.id IN (SELECT r.work_item_id FROM run r JOIN batch ON batch.run_id = r.id) FOR UPDATE SKIP LOCKED
    ),
    live AS (
      UPDATE run r SET last_worker_seq = batch.last_worker_seq, last_beat_at = ${now}
      FROM batch, item
      WHERE r.id = batch.run_id AND item.id = r.work_item_id AND r.state <> 'ended' AND r.epoch = batch.epoch AND item.epoch = batch.epoch
        AND r.last_worker_seq < batch.first_worker_seq
      RETURNING r.id AS run_id, item.id AS work_item_id, batch.count, batch.events
    ),
    moved AS (
      UPDATE work_item w SET event_seq = event_seq + live.count FROM live WHERE w.id = live.work_item_id
      RETURNING w.event_seq, live.run_id, live.work_item_id, live.count, live.events
    ),
    stored AS (
      INSERT INTO event_chunk (work_item_id, run_id, first_seq, last_seq, events)
      SELECT work_item_id, run_id, event_seq - count + 1, event_seq, events::jsonb FROM moved
      RETURNING run_id, work_item_id
    )
    SELECT run_id AS "runId",
      (SELECT pg_notify(${NOTIFY_CHANNEL}, json_build_object('kind', 'moved', 'items', json_agg(work_item_id))::text) FROM stored HAVING count(*) > 0)::text AS told
    FROM stored`;
  return new Set(rows.map((row) => row.runId));
}

interface Waiting extends OutputBatch {
  resolve: (stored: boolean) => void;
}

/**
 * One statement at a time for all runs of a process: what comes while one is under way goes together with the next. Ten busy workers
 * cost a transaction each otherwise, several hundred a second.
 */
class OutputStore {
  readonly #db: Db;
  readonly #now: () => Date;
  #waiting: Waiting[] = [];
  #storing = false;

  constructor(db: Db, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  store(batch: OutputBatch): Promise<boolean> {
    // Not stored by itself, which would overtake those that wait.
    if (this.#waiting.filter(({ runId }) => runId === batch.runId).length >= WAITING_MAX)
      return Promise.reject(new AppError('unavailable', 'This run posts more at once than is stored: post it again in a moment.'));
    return new Promise((resolve) => {
      this.#waiting.push({ ...batch, resolve });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#storing) return;
    this.#storing = true;
    while (this.#waiting.length > 0) {
      const startedAt = performance.now();
      const [now, later] = split(this.#waiting);
      this.#waiting = later;
      // What fails is tried one by one: nobody's events fail for those of another run.
      const stored = await storeOutput(this.#db, now, this.#now()).catch(() => new Set<string>());
      for (const batch of now) batch.resolve(stored.has(batch.runId));
      await sleep(Math.max(0, STATEMENT_INTERVAL_MS - (performance.now() - startedAt)));
    }
    this.#storing = false;
  }
}

/** At most one batch of a run goes into a statement: a second one follows the first, and all that others wait with. */
function split(waiting: readonly Waiting[]): [now: Waiting[], later: Waiting[]] {
  const now = new Map<string, Waiting>();
  const left: Waiting[] = [];
  const again: Waiting[] = [];
  let chars = 0;
  for (const batch of waiting) {
    const isFirst = now.size === 0;
    const fits = isFirst || (now.size < TOGETHER_MAX && chars + batch.json.length <= TOGETHER_MAX_CHARS);
    if (now.has(batch.runId)) again.push(batch);
    else if (!fits) left.push(batch);
    else {
      now.set(batch.runId, batch);
      if (!isFirst) chars += batch.json.length;
    }
  }
  return [[...now.values()], [...left, ...again]];
}

const stores = new WeakMap<Db, OutputStore>();

/**
 * Stores a batch together with those of other runs that come at the same moment.
 * @returns whether it is stored: see storeOutput
 * @throws AppError unavailable where too much of this run waits already
 */
export function storeWithOthers({ db, now }: Pick<Ctx, 'db' | 'now'>, batch: Omit<OutputBatch, 'json'>): Promise<boolean> {
  let store = stores.get(db);
  if (!store) stores.set(db, (store = new OutputStore(db, now)));
  return store.store({ ...batch, json: JSON.stringify(batch.events) });
}
