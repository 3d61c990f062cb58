import { nearestAnswerSchema } from '../../contracts/supervisor-requests.ts';
import type { Db } from '../../db/client.ts';
import { askAndWait } from '../settings/requests/ask-and-wait.ts';
import { readEmbeddingStatus } from './embedding-status.ts';
import type { NearestLearnings } from './nearest.ts';

/** A person types on: later than this the answer is of no use. */
const WAIT_MS = 1_500;

/** The search by meaning from a process without an embedder: the supervisor that holds it is asked, and waited for a moment. */
export function nearestFromSupervisor(db: Db, { now }: { now: () => Date }): NearestLearnings {
  return async (query) => {
    try {
      const status = await readEmbeddingStatus(db, now());
      if (!status) return { ids: [], searched: 'Searched by words: no supervisor is there to search by meaning.' };
      if (status.id === null) return { ids: [], searched: `Searched by words. ${status.because}` };
      const ask = { ...query, kind: 'nearest_learnings' as const, supervisorId: status.supervisorId };
      const answered = await askAndWait(db, ask, { askedBy: 'search', now: now(), waitMs: WAIT_MS });
      if (answered.state === 'done') return nearestAnswerSchema.parse(answered.answer);
      return { ids: [], searched: 'Searched by words: the supervisor did not answer in time.' };
    } catch (error) {
      console.error('search by meaning:', error);
      return { ids: [], searched: 'Searched by words: the search by meaning failed.' };
    }
  };
}
