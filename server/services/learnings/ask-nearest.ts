import { setTimeout as sleep } from 'node:timers/promises';
import { nearestAnswerSchema } from '../../contracts/supervisor-requests.ts';
import type { Db } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import { readEmbeddingStatus } from './embedding-status.ts';
import type { NearestLearnings } from './nearest.ts';

/** A person types on: later than this the answer is of no use. */
const WAIT_MS = 1_500;
const LOOK_EVERY_MS = 15;

/** The search by meaning from a process without an embedder: the supervisor that holds it is asked, and waited for a moment. */
export function nearestFromSupervisor(db: Db, { now }: { now: () => Date }): NearestLearnings {
  return async (query) => {
    try {
      const status = await readEmbeddingStatus(db, now());
      if (!status) return { ids: [], searched: 'Searched by words: no supervisor is there to search by meaning.' };
      if (status.id === null) return { ids: [], searched: `Searched by words. ${status.because}` };
      const id = newId();
      const ask = { id, supervisorId: status.supervisorId, kind: 'nearest_learnings', payload: { ...query }, askedBy: 'search', askedAt: now() };
      await db.supervisorRequest.create({ data: ask });
      await notify(db, { kind: 'search' });
      const answer = await waitFor(db, id);
      await db.supervisorRequest.deleteMany({ where: { id } });
      return answer ?? { ids: [], searched: 'Searched by words: the supervisor did not answer in time.' };
    } catch (error) {
      console.error('search by meaning:', error);
      return { ids: [], searched: 'Searched by words: the search by meaning failed.' };
    }
  };
}

async function waitFor(db: Db, id: string) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
    const row = await db.supervisorRequest.findUnique({ where: { id }, select: { state: true, answer: true } });
    if (row?.state === 'done') return nearestAnswerSchema.parse(row.answer);
    if (!row || row.state === 'failed') return null;
  }
  return null;
}
