import { type z } from 'zod';
import type { WorkerEvent } from '../../contracts/run-events.ts';
import type { eventsRequestSchema } from '../../contracts/worker-protocol.ts';
import type { Tx } from '../../db/client.ts';
import { notifyMoved } from '../../db/notify-moved.ts';
import { cleanText } from '../../domain/redaction.ts';
import { tickBoxes } from '../../domain/specs/spec.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { noteForRun } from '../learnings/note-learning.ts';
import { type FencedRun, fenceRun } from '../runs/lock-live-run.ts';
import { appendEvents } from './append-events.ts';
import { storeWithOthers } from './store-output.ts';

/**
 * Stores a batch of a worker's events, each once: what has a workerSeq that is stored already is dropped. They are claims: a
 * spec's text ticks boxes of the stored spec, nothing else of it counts.
 * @returns up to which workerSeq everything is stored
 */
export async function recordEvents(ctx: Ctx, { events }: z.output<typeof eventsRequestSchema>): Promise<{ lastWorkerSeq: number }> {
  const { runId, epoch } = authoriseRun(ctx);
  const posted = freshOf(events, 0).map((event) => clean(event));
  const last = posted.at(-1);
  if (last && !posted.some(isActedOn) && (await storeWithOthers(ctx, { runId, epoch, events: posted }))) return { lastWorkerSeq: last.workerSeq };
  return recordAlone(ctx, posted);
}

/** As a transaction of its own, which also says why a run's events are refused. */
async function recordAlone(ctx: Ctx, posted: readonly WorkerEvent[]): Promise<{ lastWorkerSeq: number }> {
  const { lastWorkerSeq, moved } = await ctx.db.$transaction(async (tx) => {
    const run = await fenceRun(ctx, tx);
    const fresh = freshOf(posted, run.lastWorkerSeq);
    const last = fresh.at(-1)?.workerSeq ?? run.lastWorkerSeq;
    if (fresh.length === 0) return { lastWorkerSeq: last, moved: null };
    await appendEvents(tx, { workItemId: run.workItemId, runId: run.id, events: fresh });
    await tx.$executeRaw`UPDATE run SET last_worker_seq = ${last}, last_beat_at = ${ctx.now()} WHERE id = ${run.id}`;
    for (const event of fresh) await actOn(ctx, tx, run, event);
    return { lastWorkerSeq: last, moved: run.workItemId };
  });
  if (moved !== null) notifyMoved(ctx.db, moved);
  return { lastWorkerSeq };
}

/** In the order of their numbers, each number once, and only those after `last`. */
function freshOf(events: readonly WorkerEvent[], last: number): WorkerEvent[] {
  const fresh: WorkerEvent[] = [];
  for (const event of [...events].sort((a, b) => a.workerSeq - b.workerSeq)) {
    if (event.workerSeq > (fresh.at(-1)?.workerSeq ?? last)) fresh.push(event);
  }
  return fresh;
}

/** The types that actOn knows; all others only stand in the log. */
function isActedOn({ type }: WorkerEvent): boolean {
  return type === 'spec.updated' || type === 'iteration.started' || type === 'iteration.finished' || type === 'learning.noted';
}

async function actOn(ctx: Ctx, tx: Tx, run: FencedRun, event: WorkerEvent): Promise<void> {
  switch (event.type) {
    case 'spec.updated': {
      const { spec } = await tx.workItem.findUniqueOrThrow({ where: { id: run.workItemId }, select: { spec: true } });
      const ticked = tickBoxes(spec, event.spec);
      if (ticked === null) return;
      await tx.workItem.update({ where: { id: run.workItemId }, data: { spec: ticked.spec, tasksDone: ticked.done } });
      return;
    }
    case 'iteration.started':
      if (event.messages === undefined || event.iteration === undefined) return;
      await tx.message.updateMany({
        where: { id: { in: event.messages }, workItemId: run.workItemId, readAt: null },
        data: { readAt: ctx.now(), runId: run.id, iteration: event.iteration },
      });
      return;
    case 'iteration.finished':
      if (event.iteration === undefined) return;
      await tx.iteration.updateMany({ where: { runId: run.id, n: event.iteration }, data: { finishedAt: ctx.now(), outcome: event.outcome.slice(0, 200) } });
      return;
    case 'learning.noted':
      await noteForRun(tx, { run, kind: event.kind, text: event.text, now: ctx.now() });
      return;
    default:
      return;
  }
}

/** No text of a worker reaches the log as it is. */
function clean<T>(value: T): T {
  if (typeof value === 'string') return cleanText(value) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => clean(each)) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, clean(each as unknown)])) as T;
  return value;
}
