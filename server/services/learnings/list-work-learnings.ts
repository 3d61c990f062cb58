import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { learningKindSchema, learningStateSchema, type WorkLearnings } from '../../contracts/learnings.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

const SHOWN_MAX = 100;

/** What the runs of a work item were given of what is known, in the order of their prompts, and what they found out, the latest first. */
export async function listWorkLearnings(ctx: Ctx, input: unknown): Promise<WorkLearnings> {
  authoriseView(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const runIds = (await ctx.db.run.findMany({ where: { workItemId: id }, select: { id: true } })).map((run) => run.id);
  const uses = await ctx.db.learningUse.findMany({
    where: { runId: { in: runIds } },
    orderBy: [{ at: 'asc' }, { learningId: 'asc' }],
    take: SHOWN_MAX,
    include: { learning: { select: { kind: true, text: true } } },
  });
  const learnt = await ctx.db.learning.findMany({
    where: { runId: { in: runIds }, mergedInto: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: SHOWN_MAX,
    select: { id: true, kind: true, text: true, state: true },
  });
  const given = new Map<string, WorkLearnings['given'][number]>();
  for (const { learningId, firstIteration, learning } of uses) {
    // A later attempt is given much of the same: the first time counts.
    if (!given.has(learningId)) given.set(learningId, { id: learningId, kind: learningKindSchema.parse(learning.kind), text: learning.text, firstIteration });
  }
  return {
    given: [...given.values()],
    learnt: learnt.map(({ kind, state, ...row }) => ({ ...row, kind: learningKindSchema.parse(kind), state: learningStateSchema.parse(state) })),
  };
}
