import { writeLearningSchema } from '../../contracts/learnings.ts';
import { redact } from '../../domain/redaction.ts';
import { parseRepository } from '../../domain/settings/repository.ts';
import { recordAudit } from '../access/record-audit.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { noteLearning } from './note-learning.ts';

/** A person writes down a learning: it is approved by that. What is there already is counted. */
export async function writeLearning(ctx: Ctx, input: unknown): Promise<{ id: string; fresh: boolean }> {
  authoriseSteer(ctx);
  const { kind, text, repo: given, file = null } = parseInput(writeLearningSchema, input);
  const repo = given === null ? null : parseRepository(given, ctx.config).repo;
  return ctx.db.$transaction(async (tx) => {
    const noted = await noteLearning(tx, { kind, text: redact(text), repo, file, source: 'person', author: actorName(ctx.actor), now: ctx.now() });
    if (!noted) throw new AppError('bad_request', 'text: write a sentence that says what is worth keeping.', { field: 'text' });
    await recordAudit(tx, ctx, { action: 'learning.written', to: noted.id });
    return { id: noted.id, fresh: noted.seen === 1 };
  });
}
