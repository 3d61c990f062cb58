import { z } from 'zod';
import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

/** Most hits that are named; that there are more is told. */
export const HITS_MAX = 5_000;
/** A search that takes longer is given up: it may not hold a connection that others need. */
const TIMEOUT_MS = 5_000;

export const searchEventsSchema = z.object({
  id: z.string().min(1).max(64),
  /** Only lines of this run. */
  runId: z.string().min(1).max(64).optional(),
  text: z
    .string()
    .trim()
    .min(1, 'Type what to look for.')
    .max(200, 'At most 200 characters are looked for.')
    .refine((text) => !text.includes('\0'), 'A NUL is in no line.'),
});

/**
 * Lines of an item's log that hold a text, in any case of its letters. The whole log is searched, where it lies.
 * @returns their seqs, oldest first, and whether there are more than are named
 * @throws AppError bad_request, not_found
 */
export async function searchEvents(ctx: Ctx, input: z.input<typeof searchEventsSchema>): Promise<{ seqs: number[]; more: boolean }> {
  authoriseView(ctx);
  const { id, runId, text } = parseInput(searchEventsSchema, input);
  if (!(await ctx.db.workItem.findUnique({ where: { id }, select: { id: true } }))) throw new AppError('not_found', `There is no work item ${id}.`);
  // What the screen shows of each type of event; what only the record keeps (usage, the spec's text) is not looked through.
  const [, rows] = await ctx.db.$transaction([
    ctx.db.$executeRaw`SELECT set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`,
    ctx.db.$queryRaw<{ seq: number }[]>`
      SELECT (chunk.first_seq + line.ord - 1)::int AS seq
      FROM event_chunk AS chunk CROSS JOIN LATERAL jsonb_array_elements(chunk.events) WITH ORDINALITY AS line(event, ord)
      WHERE chunk.work_item_id = ${id} AND (${runId ?? null}::text IS NULL OR chunk.run_id = ${runId ?? null}::text)
        AND line.event->>'type' NOT IN ('agent.usage', 'spec.updated')
        AND strpos(lower(concat_ws(E'\n', line.event->>'text', line.event->>'tool', line.event->>'input', line.event->>'task', line.event->>'subject',
          line.event->>'command', line.event->>'log', line.event->>'detail', line.event->>'outcome', line.event->>'reason', line.event->>'paths',
          line.event->'data'->>'log')), lower(${text})) > 0
      ORDER BY 1 LIMIT ${HITS_MAX + 1}`,
  ]);
  return { seqs: rows.slice(0, HITS_MAX).map(({ seq }) => seq), more: rows.length > HITS_MAX };
}
