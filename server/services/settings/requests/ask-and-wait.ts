import { setTimeout as sleep } from 'node:timers/promises';
import type { SupervisorAsk } from '../../../contracts/supervisor-requests.ts';
import type { Db } from '../../../db/client.ts';
import { newId } from '../../../db/ids.ts';
import { notify } from '../../../db/notify.ts';

/** Between two looks, which become rarer. */
const LOOK_MS = { first: 15, last: 200, growth: 1.2 };

export type Answered = { state: 'done'; answer: unknown } | { state: 'failed'; error: string } | { state: 'silent' };

/**
 * Asks a supervisor what somebody at a screen waits for, and waits; the question is forgotten with its answer.
 * @param opts.askedBy who waits, as the row says meanwhile
 */
export async function askAndWait(
  db: Db,
  { supervisorId, ...ask }: SupervisorAsk & { supervisorId: string },
  opts: { askedBy: string; now: Date; waitMs: number },
): Promise<Answered> {
  const id = newId();
  const { kind, ...payload } = ask;
  await db.supervisorRequest.create({ data: { id, supervisorId, kind, payload, askedBy: opts.askedBy, askedAt: opts.now } });
  try {
    await notify(db, { kind: 'look' });
    let pause = LOOK_MS.first;
    for (const end = Date.now() + opts.waitMs; Date.now() < end; await sleep(pause)) {
      pause = Math.min(LOOK_MS.last, pause * LOOK_MS.growth);
      const row = await db.supervisorRequest.findUnique({ where: { id }, select: { state: true, answer: true, error: true } });
      if (row?.state === 'done') return { state: 'done', answer: row.answer };
      if (row?.state === 'failed') return { state: 'failed', error: row.error ?? '' };
      if (!row) break; // a new process of the supervisor forgot it
    }
    return { state: 'silent' };
  } finally {
    await db.supervisorRequest.deleteMany({ where: { id } });
  }
}
