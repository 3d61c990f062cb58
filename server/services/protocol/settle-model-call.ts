import type { Ctx } from '../context.ts';

/** Replaces a reservation by what the call did cost; counts it to the run and its iteration. Once: a repeat changes nothing. */
export async function settleModelCall(
  ctx: Ctx,
  input: { id: string; status: number; inputTokens: number; outputTokens: number; costUsd: number },
): Promise<void> {
  await ctx.db.$transaction(async (tx) => {
    const { id, status, inputTokens, outputTokens, costUsd } = input;
    const { count } = await tx.modelCall.updateMany({
      where: { id, settledAt: null },
      data: { status, inputTokens, outputTokens, costUsd, settledAt: ctx.now() },
    });
    if (count === 0) return;
    const { runId } = await tx.modelCall.findUniqueOrThrow({ where: { id }, select: { runId: true } });
    const run = await tx.run.update({
      where: { id: runId },
      data: { inputTokens: { increment: inputTokens }, outputTokens: { increment: outputTokens }, costUsd: { increment: costUsd } },
    });
    await tx.iteration.updateMany({ where: { runId, n: run.iterations }, data: { costUsd: { increment: costUsd } } });
  });
}
