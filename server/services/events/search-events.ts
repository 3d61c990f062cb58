import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { workerEventSchema } from '../../contracts/run-events.ts';
import { AppError } from '../../domain/app-error.ts';
import { SILENT_TYPES, VERBATIM_TYPES, wordsOf } from '../../domain/event-words.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

/** Most hits that are named; that there are more is told. */
export const HITS_MAX = 5_000;
/** A search that takes longer is given up: it may not hold a connection that others need. */
const TIMEOUT_MS = 5_000;

export const searchEventsSchema = z.object({
  id: idSchema,
  /** Only lines of this run. */
  runId: idSchema.optional(),
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
  // Most of a log says its own text, which is looked through where it lies. What the screen words itself is few lines, and is worded here.
  const [, rows] = await ctx.db.$transaction([
    ctx.db.$executeRaw`SELECT set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`,
    ctx.db.$queryRaw<{ seq: number; worded: unknown }[]>`
      WITH line AS MATERIALIZED (
        SELECT (chunk.first_seq + each.ord - 1)::int AS seq, each.event, each.event->>'by' IS NOT NULL OR each.event->>'type' = ANY(${[...VERBATIM_TYPES]}) AS verbatim
        FROM event_chunk AS chunk CROSS JOIN LATERAL jsonb_array_elements(chunk.events) WITH ORDINALITY AS each(event, ord)
        WHERE chunk.work_item_id = ${id} AND (${runId ?? null}::text IS NULL OR chunk.run_id = ${runId ?? null}::text)
          AND each.event->>'type' <> ALL(${[...SILENT_TYPES]})
      )
      (SELECT seq, NULL::jsonb AS worded FROM line
        WHERE verbatim AND strpos(lower(concat_ws(E'\n', event->>'text', event->'data'->>'log')), lower(${text})) > 0 ORDER BY seq LIMIT ${HITS_MAX + 1})
      UNION ALL SELECT seq, event FROM line WHERE NOT verbatim ORDER BY 1`,
  ]);
  const hits = rows.filter(({ worded }) => worded === null || holds(worded, text));
  return { seqs: hits.slice(0, HITS_MAX).map(({ seq }) => seq), more: hits.length > HITS_MAX };
}

function holds(stored: unknown, text: string): boolean {
  const event = workerEventSchema.safeParse(stored);
  const words = event.success ? wordsOf(event.data) : null;
  return words !== null && `${words.text}\n${words.more ?? ''}`.toLowerCase().includes(text.toLowerCase());
}
