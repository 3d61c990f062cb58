import type { z } from 'zod';
import type { LearningState } from '../../contracts/learnings.ts';
import type { saveLearningToolSchema } from '../../contracts/worker-protocol.ts';
import { AppError } from '../../domain/app-error.ts';
import { cleanText } from '../../domain/redaction.ts';
import type { Ctx } from '../context.ts';
import { factoryEvent } from '../events/append-events.ts';
import { recordFactoryEvents } from '../events/record-factory-events.ts';
import { noteForRun } from '../learnings/note-learning.ts';
import { fenceRun } from '../runs/lock-live-run.ts';

/**
 * Keeps what the agent of a run found out, and a line of it in the item's log.
 * @returns how often it was noted so far, 1 where it is new, and whether later work is given it
 * @throws AppError not_ready where the run has noted as much as a run may, or the text has no words
 */
export async function saveLearning(ctx: Ctx, input: z.output<typeof saveLearningToolSchema>): Promise<{ seen: number; state: LearningState }> {
  const { kind } = input;
  const text = cleanText(input.text);
  const file = input.file === undefined ? null : cleanText(input.file);
  return ctx.db.$transaction(async (tx) => {
    const run = await fenceRun(ctx, tx);
    const noted = await noteForRun(tx, { run, kind, text, file, now: ctx.now() });
    if (!noted) throw new AppError('not_ready', 'Not kept: the text has no words, or this run has noted as much as a run may.');
    const { id, seen, state } = noted;
    const about = file === null ? kind : `${kind}, ${file}`;
    const line = `learning ${seen === 1 ? 'saved' : `noted ${seen} times so far`} (${about}): ${text}`;
    const event = factoryEvent('note', line, ctx.now(), { learning: id, kind, ...(file === null ? {} : { file }) });
    await recordFactoryEvents(tx, { workItemId: run.workItemId, runId: run.id, events: [event] });
    return { seen, state };
  });
}
