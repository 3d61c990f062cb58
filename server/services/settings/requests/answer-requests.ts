import { type SupervisorAnswer, type SupervisorAsk, supervisorAskSchema } from '../../../contracts/supervisor-requests.ts';
import { redact } from '../../../domain/redaction.ts';
import { authoriseSupervisor } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { GIVE_UP_MS, GIVEN_UP } from './request-view.ts';

/** Questions that a killed process of this supervisor had taken are asked anew; nobody waits for what was looked for then. */
export async function releaseRequests(ctx: Ctx): Promise<void> {
  const supervisorId = authoriseSupervisor(ctx);
  await ctx.db.supervisorRequest.deleteMany({ where: { supervisorId, kind: { in: LOOKS } } });
  await ctx.db.supervisorRequest.updateMany({ where: { supervisorId, state: 'taken' }, data: { state: 'pending' } });
}

/** Which questions: the searches that a person waits for as he types, the changes that he looks at, or the others. */
export type RequestLane = 'searches' | 'changes' | 'others';
const SEARCH: SupervisorAsk['kind'] = 'nearest_learnings';
const CHANGES: SupervisorAsk['kind'] = 'read_changes';
const LOOKS = [SEARCH, CHANGES];
const KINDS = { searches: SEARCH, changes: CHANGES, others: { notIn: LOOKS } } satisfies Record<RequestLane, unknown>;

/** Takes the oldest question to this supervisor; null where none waits. One of a kind that this version does not know is refused here. */
export async function takeRequest(ctx: Ctx, lane: RequestLane = 'others'): Promise<{ id: string; ask: SupervisorAsk } | null> {
  const supervisorId = authoriseSupervisor(ctx);
  // Who asked was told that nobody answers: what he asked for is not done behind his back, days later.
  const askedAt = { lt: new Date(ctx.now().getTime() - GIVE_UP_MS) };
  await ctx.db.supervisorRequest.updateMany({ where: { supervisorId, state: 'pending', askedAt }, data: { state: 'failed', error: GIVEN_UP } });
  const next = await ctx.db.supervisorRequest.findFirst({
    where: { supervisorId, state: 'pending', kind: KINDS[lane] },
    orderBy: [{ askedAt: 'asc' }, { id: 'asc' }],
  });
  if (!next) return null;
  const { count } = await ctx.db.supervisorRequest.updateMany({ where: { id: next.id, state: 'pending' }, data: { state: 'taken' } });
  if (count === 0) return null;
  const parsed = supervisorAskSchema.safeParse({ ...(typeof next.payload === 'object' ? next.payload : {}), kind: next.kind });
  if (parsed.success) return { id: next.id, ask: parsed.data };
  await answerRequest(ctx, { id: next.id, error: 'This supervisor is of another version and does not understand the question.' });
  return null;
}

/** Stores the answer, or why there is none. */
export async function answerRequest(ctx: Ctx, { id, ...said }: { id: string } & ({ answer: SupervisorAnswer } | { error: string })): Promise<void> {
  authoriseSupervisor(ctx);
  const data = 'error' in said ? { state: 'failed', error: redact(said.error).slice(0, 2000) } : { state: 'done', answer: said.answer };
  await ctx.db.supervisorRequest.updateMany({ where: { id, state: 'taken' }, data: { ...data, answeredAt: ctx.now() } });
}
