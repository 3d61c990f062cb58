import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { learningKindSchema, learningStateSchema, learningTextSchema } from '../../contracts/learnings.ts';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import { oneLine, readsAsOrder } from '../../domain/learnings/learning-text.ts';
import { redact } from '../../domain/redaction.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { dedupeKey } from './note-learning.ts';

const GONE = 'This learning is not there any more.';
const idsSchema = z.array(idSchema).min(1, 'choose a learning').max(200);
const changeSchema = z.object({ ids: idsSchema, state: learningStateSchema.optional(), pinned: z.boolean().optional(), global: z.literal(true).optional() });

/** Approves, disables, pins or makes global what is chosen; a person has looked, so that a flag is gone with the approval. */
export async function changeLearnings(ctx: Ctx, input: unknown): Promise<{ changed: number }> {
  authoriseSteer(ctx);
  const { ids, state, pinned, global } = parseInput(changeSchema, input);
  return ctx.db.$transaction(async (tx) => {
    const rows = await tx.learning.findMany({ where: { id: { in: ids }, mergedInto: null }, select: { id: true, text: true } });
    if (rows.length === 0) throw new AppError('not_found', GONE);
    for (const { id, text } of rows) {
      const move = global ? { repo: null, fileGoneAt: null, dedupeKey: await freeKey(tx, { id, repo: null, text }) } : {};
      const change = { ...(state && { state }), ...(state === 'approved' && { flag: null }), ...(pinned !== undefined && { pinned }), ...move };
      await tx.learning.update({ where: { id }, data: { ...change, changedAt: ctx.now() } });
    }
    const what = [state, pinned === undefined ? null : pinned ? 'pinned' : 'unpinned', global ? 'made global' : null].filter(Boolean).join(', ');
    await recordAudit(tx, ctx, { action: 'learning.changed', to: listed(rows), why: what });
    return { changed: rows.length };
  });
}

/** The words of a learning; what it said before is kept. */
export async function editLearning(ctx: Ctx, input: unknown): Promise<void> {
  authoriseSteer(ctx);
  const { id, text: given, kind } = parseInput(z.object({ id: idSchema, text: learningTextSchema, kind: learningKindSchema }), input);
  const text = oneLine(redact(given));
  await ctx.db.$transaction(async (tx) => {
    const row = await tx.learning.findUnique({ where: { id }, select: { id: true, text: true, kind: true, repo: true, mergedInto: true } });
    if (!row || row.mergedInto !== null) throw new AppError('not_found', GONE);
    if (row.text === text && row.kind === kind) return;
    const now = ctx.now();
    await tx.learningRevision.create({ data: { id: newId(), learningId: id, kind: row.kind, text: row.text, by: actorName(ctx.actor), at: now } });
    const words = { text, kind, dedupeKey: await freeKey(tx, { id, repo: row.repo, text }), flag: readsAsOrder(given), changedAt: now };
    await tx.learning.update({ where: { id }, data: { ...words, ...(row.text === text ? {} : { embeddingId: null }) } });
    await recordAudit(tx, ctx, { action: 'learning.edited', to: id });
  });
}

/** The others become part of the first: counted with it, shown and given no more. */
export async function mergeLearnings(ctx: Ctx, input: unknown): Promise<void> {
  authoriseSteer(ctx);
  const { into, ids } = parseInput(z.object({ into: idSchema, ids: idsSchema }), input);
  if (ids.includes(into)) throw new AppError('bad_request', 'ids: a learning cannot be merged into itself.', { field: 'ids' });
  await ctx.db.$transaction(async (tx) => {
    const [target, rows] = [
      await tx.learning.findFirst({ where: { id: into, mergedInto: null }, select: { id: true } }),
      await tx.learning.findMany({ where: { id: { in: ids }, mergedInto: null }, select: { id: true, seen: true } }),
    ];
    if (!target || rows.length !== new Set(ids).size) throw new AppError('not_found', 'One of these learnings is not there any more: reload the list.');
    const now = ctx.now();
    await tx.learning.updateMany({
      where: { OR: [{ id: { in: ids } }, { mergedInto: { in: ids } }] },
      data: { mergedInto: into, state: 'disabled', changedAt: now },
    });
    await tx.learning.update({ where: { id: into }, data: { seen: { increment: rows.reduce((sum, row) => sum + row.seen, 0) }, changedAt: now } });
    await recordAudit(tx, ctx, { action: 'learning.merged', from: listed(rows), to: into });
  });
}

/** Gone, with what was merged into it and its history. */
export async function deleteLearnings(ctx: Ctx, input: unknown): Promise<{ deleted: number }> {
  authoriseSteer(ctx);
  const { ids } = parseInput(z.object({ ids: idsSchema }), input);
  return ctx.db.$transaction(async (tx) => {
    const rows = await tx.learning.findMany({ where: { OR: [{ id: { in: ids } }, { mergedInto: { in: ids } }] }, select: { id: true } });
    if (rows.length === 0) throw new AppError('not_found', GONE);
    await tx.learning.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    await recordAudit(tx, ctx, { action: 'learning.deleted', to: listed(rows) });
    return { deleted: rows.length };
  });
}

/** @throws AppError conflict where another learning says the same already */
async function freeKey(tx: Tx, { id, repo, text }: { id: string; repo: string | null; text: string }): Promise<string> {
  const key = dedupeKey(repo, text);
  const other = await tx.learning.findUnique({ where: { dedupeKey: key }, select: { id: true } });
  if (other && other.id !== id)
    throw new AppError('conflict', `Another learning ${repo === null ? 'for every repository ' : ''}says the same: merge the two.`, { field: 'text' });
  return key;
}

function listed(rows: readonly { id: string }[]): string {
  const shown = rows.slice(0, 5).map(({ id }) => id);
  return rows.length > shown.length ? `${shown.join(', ')} and ${rows.length - shown.length} more` : shown.join(', ');
}
