import { z } from 'zod';
import { learningFiltersSchema } from '../../contracts/learnings.ts';
import { AppError } from '../../domain/app-error.ts';
import { readLearnings, writeLearnings } from '../../domain/learnings/learnings-markdown.ts';
import { redact } from '../../domain/redaction.ts';
import { parseRepository } from '../../domain/settings/repository.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer, authoriseView } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { scopeSql } from './learning-view.ts';
import { noteLearning } from './note-learning.ts';

const EXPORT_MAX = 10_000;
const IMPORT_MAX_LINES = 1_000;
const IMPORT_MAX_CHARS = 1_000_000;

/** What the filters find as a markdown list that importLearnings reads; by repository. */
export async function exportLearnings(ctx: Ctx, input: unknown): Promise<string> {
  authoriseView(ctx);
  const filter = scopeSql(parseInput(learningFiltersSchema, input));
  const rows = await ctx.db.$queryRaw<{ kind: 'pattern' | 'gotcha' | 'approach'; text: string; repo: string | null }[]>`
    SELECT kind, text, repo FROM learning WHERE ${filter} AND state <> 'disabled' ORDER BY repo NULLS FIRST, kind, created_at, id LIMIT ${EXPORT_MAX}`;
  const byRepo = grouped(rows);
  return [...byRepo].map(([repo, list]) => `## ${repo ?? 'Every repository'}\n\n${writeLearnings(list)}`).join('\n');
}

/** A markdown list, as agents write it: each line is kept once, and waits for a yes where it reads as an order. */
export async function importLearnings(ctx: Ctx, input: unknown): Promise<{ fresh: number; known: number; proposed: number }> {
  authoriseSteer(ctx);
  const { markdown, repo: given } = parseInput(
    z.object({ markdown: z.string().max(IMPORT_MAX_CHARS, 'at most 1 MB at a time'), repo: z.string().trim().min(1).max(500).nullable() }),
    input,
  );
  if (markdown.includes('\0')) throw new AppError('bad_request', 'markdown: this is no text.', { field: 'markdown' });
  const list = readLearnings(markdown, IMPORT_MAX_LINES + 1);
  if (list.length === 0)
    throw new AppError('bad_request', 'markdown: there is no list line in it. Write one learning a line: “- Gotcha: …”.', { field: 'markdown' });
  if (list.length > IMPORT_MAX_LINES) throw new AppError('bad_request', `markdown: at most ${IMPORT_MAX_LINES} lines at a time.`, { field: 'markdown' });
  const repo = given === null ? null : parseRepository(given, ctx.config).repo;
  const counts = { fresh: 0, known: 0, proposed: 0 };
  await ctx.db.$transaction(
    async (tx) => {
      for (const { kind, text } of list) {
        const noted = await noteLearning(tx, { kind, text: redact(text), repo, source: 'import', author: actorName(ctx.actor), now: ctx.now() });
        if (!noted) continue;
        const fresh = noted.seen === 1;
        counts[fresh ? 'fresh' : 'known'] += 1;
        if (fresh && noted.state === 'proposed') counts.proposed += 1;
      }
      await recordAudit(tx, ctx, { action: 'learning.imported', ...(repo === null ? {} : { to: repo }), why: `${counts.fresh} new, ${counts.known} known` });
    },
    { timeout: 60_000 },
  );
  return counts;
}

function grouped<T extends { repo: string | null }>(rows: readonly T[]): Map<string | null, T[]> {
  const groups = new Map<string | null, T[]>();
  for (const row of rows) {
    const group = groups.get(row.repo);
    if (group) group.push(row);
    else groups.set(row.repo, [row]);
  }
  return groups;
}
