import { learningStateSchema } from '../../contracts/learnings.ts';
import { workItemStateSchema } from '../../contracts/rest.ts';
import type { Sample } from '../../contracts/samples.ts';
import { ALIVE_RUN_STATES } from '../../domain/work/states.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { getStatus } from '../status/get-status.ts';

/** What a program that watches the factory reads, all of it now; totals are of everything that is on record. */
export async function readSamples(ctx: Ctx): Promise<Sample[]> {
  authoriseView(ctx);
  const { db } = ctx;
  const [status, alive, ended, model, iterations, oldest, learnings, outbox] = await Promise.all([
    getStatus(ctx),
    db.run.groupBy({ by: ['state'], where: { state: { in: [...ALIVE_RUN_STATES] } }, _count: true }),
    db.$queryRaw<{ reason: string; runs: number; seconds: number }[]>`
      SELECT COALESCE(reason, 'unknown') AS reason, count(*)::float8 AS runs, COALESCE(sum(extract(epoch FROM ended_at - created_at)), 0)::float8 AS seconds
      FROM run WHERE state = 'ended' GROUP BY 1 ORDER BY 1`,
    db.modelCall.aggregate({ _sum: { inputTokens: true, outputTokens: true, costUsd: true }, _count: true }),
    db.iteration.count(),
    db.workItem.findFirst({ where: { state: 'queued' }, orderBy: { queuedAt: 'asc' }, select: { queuedAt: true, createdAt: true } }),
    db.learning.groupBy({ by: ['state'], where: { mergedInto: null }, _count: true }),
    db.outbox.count({ where: { state: 'pending' } }),
  ]);
  const now = ctx.now().getTime();
  const one = (value: number | null | undefined) => (value === null || value === undefined ? [] : [{ value }]);
  const each = <S extends string>(label: string, all: readonly S[], count: (name: S) => number | undefined) =>
    all.map((name) => ({ labels: { [label]: name }, value: count(name) ?? 0 }));
  const gauge = (name: string, help: string, values: Sample['values']): Sample => ({ name, help, type: 'gauge', values });
  const counter = (name: string, help: string, values: Sample['values']): Sample => ({ name, help, type: 'counter', values });
  return [
    gauge('factory_info', 'Version of this factory', [{ labels: { version: status.version }, value: 1 }]),
    gauge(
      'factory_work_items',
      'Work items by state',
      each('state', workItemStateSchema.options, (state) => status.counts[state]),
    ),
    gauge(
      'factory_queue_oldest_seconds',
      'How long the oldest queued work item has waited',
      one(oldest && (now - (oldest.queuedAt ?? oldest.createdAt).getTime()) / 1000),
    ),
    gauge(
      'factory_workers',
      'Living workers by state',
      each('state', ALIVE_RUN_STATES, (state) => alive.find((group) => group.state === state)?._count),
    ),
    gauge('factory_workers_max', 'Workers that may live at the same time', one(status.maxWorkers)),
    gauge('factory_paused', '1 while no new work is taken', one(status.paused === null ? 0 : 1)),
    gauge('factory_iterations_today', 'Iterations granted since midnight', one(status.iterationsToday)),
    gauge('factory_iterations_today_max', 'Daily budget of iterations', one(status.dailyBudget)),
    gauge('factory_usd_today', 'USD of model calls since midnight, reservations of running calls included', one(status.usdToday)),
    gauge('factory_usd_today_max', 'Daily budget in USD', one(status.dailyBudgetUsd)),
    gauge('factory_outbox_pending', 'Pushes, pull requests and comments that are still to be made', one(outbox)),
    gauge(
      'factory_learnings',
      'Learnings by state',
      each('state', learningStateSchema.options, (state) => learnings.find((group) => group.state === state)?._count),
    ),
    gauge(
      'factory_supervisor_up',
      '1 while a supervisor beats',
      status.supervisors.map(({ id, host, alive: up }) => ({ labels: { supervisor: id, host }, value: up ? 1 : 0 })),
    ),
    counter(
      'factory_runs_ended_total',
      'Ended runs by how they ended',
      ended.map(({ reason, runs }) => ({ labels: { reason }, value: runs })),
    ),
    counter(
      'factory_run_seconds_total',
      'Time that ended runs took, by how they ended',
      ended.map(({ reason, seconds }) => ({ labels: { reason }, value: seconds })),
    ),
    counter('factory_iterations_total', 'Iterations granted', one(iterations)),
    counter('factory_model_calls_total', 'Calls of the model', one(model._count)),
    counter('factory_model_tokens_total', 'Tokens of the model', [
      { labels: { direction: 'input' }, value: model._sum.inputTokens ?? 0 },
      { labels: { direction: 'output' }, value: model._sum.outputTokens ?? 0 },
    ]),
    counter('factory_model_usd_total', 'USD of settled model calls', one(model._sum.costUsd ?? 0)),
  ];
}
