import type { z } from 'zod';
import { type WorkItemState, workItemStateSchema } from '../../../contracts/rest.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { workFiltersSchema, workWhere } from './work-where.ts';

/** How many work items are in each state; a state that none is in is left out. */
export async function countWorkItems(ctx: Ctx, input: z.input<typeof workFiltersSchema>): Promise<Partial<Record<WorkItemState, number>>> {
  authoriseView(ctx);
  const where = workWhere(parseInput(workFiltersSchema, input));
  const rows = await ctx.db.workItem.groupBy({ by: ['state'], where, _count: { _all: true } });
  return Object.fromEntries(rows.map((row) => [workItemStateSchema.parse(row.state), row._count._all]));
}
