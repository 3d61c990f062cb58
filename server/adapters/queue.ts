import { fromPrisma, PgBoss } from 'pg-boss';
import type { Priority } from '../contracts/rest.ts';
import type { Db, Tx } from '../db/client.ts';
import { queuePriority } from '../domain/work/priority.ts';

const QUEUE = 'work';
/** A queued item may wait for years; pg-boss's own 14 days would lose it. */
const RETENTION_SECONDS = 20 * 365 * 86_400;

/** The one user of pg-boss: nothing else in the house knows of jobs. */
export interface Queue {
  start: () => Promise<void>;
  stop: () => Promise<void>;
  /** Makes a job in the caller's transaction; its id. */
  send: (tx: Tx, job: { workItemId: string; repo: string; priority: Priority; startAfter?: Date | null }) => Promise<string>;
  /** Takes the next job in the caller's transaction: rolled back with it. */
  fetch: (tx: Tx, options: { ignoreRepos: string[] }) => Promise<{ jobId: string; workItemId: string } | null>;
  complete: (tx: Tx, jobId: string) => Promise<void>;
  cancel: (tx: Tx, jobId: string) => Promise<void>;
  /** Takes a cancel back: the job waits again, in the place that it had. @returns false where there is no such cancelled job */
  resume: (tx: Tx, jobId: string) => Promise<boolean>;
  /** Those of the jobs that still wait to be fetched. */
  waiting: (db: Db | Tx, jobIds: readonly string[]) => Promise<Set<string>>;
}

/**
 * @param url the factory's Postgres; pg-boss keeps its tables in the schema `pgboss`
 * @param supervise run pg-boss's own maintenance here: the supervisor does, web does not
 * @param onError hears of lost connections; pg-boss goes on by itself
 */
export function createQueue({ url, supervise, onError }: { url: string; supervise: boolean; onError: (error: Error) => void }): Queue {
  const boss = new PgBoss({ connectionString: url, max: 3, supervise, schedule: false, migrate: true, createSchema: true });
  boss.on('error', onError);
  let started: Promise<void> | undefined;
  const start = () =>
    (started ??= (async () => {
      await boss.start();
      await boss.createQueue(QUEUE, { retentionSeconds: RETENTION_SECONDS, retryLimit: 1_000_000 });
    })().catch((error: unknown) => {
      started = undefined;
      throw error;
    }));
  const within = (tx: Tx) => ({ db: fromPrisma(tx) });
  const waiting: Queue['waiting'] = async (db, jobIds) => {
    await start();
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM pgboss.job WHERE name = ${QUEUE} AND state IN ('created', 'retry') AND id::text = ANY(${[...jobIds]})`;
    return new Set(rows.map((row) => row.id));
  };
  return {
    start,
    stop: async () => {
      if (started) await boss.stop({ graceful: false, close: true });
    },
    send: async (tx, { workItemId, repo, priority, startAfter }) => {
      await start();
      const options = { ...within(tx), priority: queuePriority(priority), group: { id: repo }, ...(startAfter ? { startAfter } : {}) };
      const id = await boss.send(QUEUE, { workItemId }, options);
      if (id === null) throw new Error(`the queue took no job for work item ${workItemId}`);
      return id;
    },
    fetch: async (tx, { ignoreRepos }) => {
      await start();
      const jobs = await boss.fetch<{ workItemId: string }>(QUEUE, { ...within(tx), ignoreGroups: ignoreRepos, priority: true });
      const job = jobs[0];
      return job ? { jobId: job.id, workItemId: job.data.workItemId } : null;
    },
    complete: async (tx, jobId) => {
      await boss.complete(QUEUE, jobId, undefined, within(tx));
    },
    cancel: async (tx, jobId) => {
      await start();
      await boss.cancel(QUEUE, jobId, within(tx));
    },
    resume: async (tx, jobId) => {
      await start();
      await boss.resume(QUEUE, jobId, within(tx));
      return (await waiting(tx, [jobId])).size > 0;
    },
    waiting,
  };
}
