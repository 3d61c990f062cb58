import { type z } from 'zod';
import type { RequestView } from '../../../contracts/supervisor-requests.ts';

interface RequestRow {
  id: string;
  state: string;
  answer: unknown;
  error: string | null;
  askedBy: string;
  askedAt: Date;
  answeredAt: Date | null;
}

/** A question nobody has answered for this long will not be. */
export const GIVE_UP_MS = 120_000;
export const GIVEN_UP = 'The supervisor did not answer within 2 minutes.';

/** A stored question as a screen follows it. */
export function toRequestView<S extends z.ZodType>(row: RequestRow, schema: S, now: Date): RequestView<z.output<S>> {
  const { id, askedBy } = row;
  const about = { id, askedBy, askedAt: row.askedAt.toISOString(), answeredAt: row.answeredAt?.toISOString() ?? null };
  if (row.state === 'failed') return { ...about, state: 'failed', answer: null, error: row.error };
  if (row.state === 'done') return { ...about, state: 'answered', answer: schema.parse(row.answer), error: null };
  if (now.getTime() - row.askedAt.getTime() < GIVE_UP_MS) return { ...about, state: 'waiting', answer: null, error: null };
  return { ...about, state: 'failed', answer: null, error: GIVEN_UP };
}
