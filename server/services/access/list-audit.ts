import { z } from 'zod';
import type { AuditView } from '../../contracts/access.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

const word = z
  .string()
  .trim()
  .max(200)
  .refine((text) => !text.includes('\0'), 'must not hold a NUL byte')
  .optional();

export const listAuditSchema = z.object({
  actor: word,
  action: word,
  workItemId: word,
  /** `next` of the page before. */
  cursor: z.number().int().positive().max(2_147_483_647).nullish(),
});

const PAGE = 50;

/** The audit log, newest first: who, what, from where. @returns `actions` there are to filter by; `next` for the following page */
export async function listAudit(ctx: Ctx, input: z.input<typeof listAuditSchema>): Promise<{ rows: AuditView[]; next: number | null; actions: string[] }> {
  authoriseAdmin(ctx);
  const { actor, action, workItemId, cursor } = parseInput(listAuditSchema, input);
  const rows = await ctx.db.audit.findMany({
    where: {
      ...(actor ? { actor: { contains: actor, mode: 'insensitive' } } : {}),
      ...(action ? { action } : {}),
      ...(workItemId ? { workItemId } : {}),
      ...(cursor ? { id: { lt: cursor } } : {}),
    },
    orderBy: { id: 'desc' },
    take: PAGE + 1,
  });
  const page = rows.slice(0, PAGE);
  const ids = [...new Set(page.flatMap((row) => row.workItemId ?? []))];
  const items = await ctx.db.workItem.findMany({ where: { id: { in: ids } }, select: { id: true, title: true } });
  const titles = new Map(items.map((item) => [item.id, item.title]));
  const actions = await ctx.db.audit.groupBy({ by: ['action'], orderBy: { action: 'asc' } });
  return {
    rows: page.map(({ id, at, actor: who, action: what, workItemId: item, from, to, why, fromWhere }) => ({
      ...{ id, at: at.toISOString(), who, action: what, workItemId: item, title: item ? (titles.get(item) ?? null) : null },
      ...{ from, to, why, fromWhere },
    })),
    next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null,
    actions: actions.map((each) => each.action),
  };
}
