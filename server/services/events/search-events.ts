import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { workerEventSchema } from '../../contracts/run-events.ts';
import { AppError } from '../../domain/app-error.ts';
import { SILENT_TYPES, VERBATIM_TYPES, wordsOf } from '../../domain/runs/event-words.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

/** Most hits that are named; that there are more is told. */
export const HITS_MAX = 5_000;
/** A search that takes longer is given up: it may not hold a connection that others need. */
const TIMEOUT_MS = 5_000;
/** So many are read at a time where lines are worded here. */
const CHUNKS = 400;

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
 * @returns their seqs, oldest first, and whether there may be more than are named
 * @throws AppError bad_request, not_found
 */
export async function searchEvents(ctx: Ctx, input: z.input<typeof searchEventsSchema>): Promise<{ seqs: number[]; more: boolean }> {
  authoriseView(ctx);
  const { id, runId, text } = parseInput(searchEventsSchema, input);
  if (!(await ctx.db.workItem.findUnique({ where: { id }, select: { id: true } }))) throw new AppError('not_found', `There is no work item ${id}.`);
  const stopAt = performance.now() + TIMEOUT_MS;
  const own = await findOwnText(ctx, { id, runId, text });
  const { seqs: worded, isWhole } = await findWorded(ctx, { id, runId, text, stopAt });
  const seqs = [...own, ...worded].sort((a, b) => a - b);
  return { seqs: seqs.slice(0, HITS_MAX), more: seqs.length > HITS_MAX || !isWhole };
}

interface Asked {
  id: string;
  runId: string | undefined;
  text: string;
}

/** Most of a log says its own text, which is looked through where it lies. */
async function findOwnText(ctx: Ctx, { id, runId, text }: Asked): Promise<number[]> {
  const [, rows] = await ctx.db.$transaction([
    ctx.db.$executeRaw`SELECT set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`,
    ctx.db.$queryRaw<{ seq: number }[]>`
      SELECT (chunk.first_seq + each.ord - 1)::int AS seq
      FROM event_chunk AS chunk CROSS JOIN LATERAL jsonb_array_elements(chunk.events) WITH ORDINALITY AS each(event, ord)
      WHERE chunk.work_item_id = ${id} AND (${runId ?? null}::text IS NULL OR chunk.run_id = ${runId ?? null}::text)
        AND (each.event->>'by' IS NOT NULL OR each.event->>'type' = ANY(${[...VERBATIM_TYPES]}))
        AND strpos(lower(concat_ws(E'\n', each.event->>'text', each.event->'data'->>'log')), lower(${text})) > 0
      ORDER BY seq LIMIT ${HITS_MAX + 1}`,
  ]);
  return rows.map(({ seq }) => seq);
}

/** What the screen words itself, such as what a tool was asked for, is worded here: so many chunks at a time, until the time is over. */
async function findWorded(ctx: Ctx, { id, runId, text, stopAt }: Asked & { stopAt: number }): Promise<{ seqs: number[]; isWhole: boolean }> {
  const seqs: number[] = [];
  for (let after = 0; ;) {
    const rows = await ctx.db.$queryRaw<{ firstSeq: number; seq: number | null; event: unknown }[]>`
      SELECT chunk.first_seq AS "firstSeq", (chunk.first_seq + each.ord - 1)::int AS seq, each.event
      FROM (SELECT first_seq, events FROM event_chunk
        WHERE work_item_id = ${id} AND (${runId ?? null}::text IS NULL OR run_id = ${runId ?? null}::text) AND first_seq > ${after}
        ORDER BY first_seq LIMIT ${CHUNKS}) AS chunk
      LEFT JOIN LATERAL (
        SELECT * FROM jsonb_array_elements(chunk.events) WITH ORDINALITY AS e(event, ord)
        WHERE e.event->>'by' IS NULL AND e.event->>'type' <> ALL(${[...VERBATIM_TYPES, ...SILENT_TYPES]})
      ) AS each ON true
      ORDER BY 1, 2`;
    for (const { seq, event } of rows) if (seq !== null && holds(event, text)) seqs.push(seq);
    const last = rows.at(-1);
    if (!last) return { seqs, isWhole: true };
    if (seqs.length > HITS_MAX || performance.now() > stopAt) return { seqs, isWhole: false };
    after = last.firstSeq;
  }
}

function holds(stored: unknown, text: string): boolean {
  const event = workerEventSchema.safeParse(stored);
  const words = event.success ? wordsOf(event.data) : null;
  return words !== null && `${words.text}\n${words.more ?? ''}`.toLowerCase().includes(text.toLowerCase());
}
