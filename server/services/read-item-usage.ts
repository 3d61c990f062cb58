import type { Tx } from '../db/client.ts';

const BUDGET_LOCK = 1_112_885_319;

/** One at a time may count against the budgets of the day; held until the transaction ends, taken after the item's row. */
export async function lockBudget(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${BUDGET_LOCK}::bigint)`;
}

/** Iterations and USD of a work item since a person last queued it: its own caps count anew then. Open reservations count as spent. */
export async function readItemUsage(tx: Tx, item: { id: string; queuedAt: Date | null }): Promise<{ iterations: number; costUsd: number }> {
  const runs = await tx.run.findMany({
    where: { workItemId: item.id, ...(item.queuedAt ? { createdAt: { gte: item.queuedAt } } : {}) },
    select: { id: true, iterations: true, costUsd: true },
  });
  const open = await tx.modelCall.aggregate({ where: { runId: { in: runs.map((run) => run.id) }, settledAt: null }, _sum: { reservedUsd: true } });
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0);
  return { iterations: sum((run) => run.iterations), costUsd: sum((run) => run.costUsd) + (open._sum.reservedUsd ?? 0) };
}
