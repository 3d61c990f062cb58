import { type Status, supervisorFactsSchema, workItemStateSchema } from '../../contracts/rest.ts';
import { ALIVE_RUN_STATES, NEEDS_PERSON_STATES } from '../../domain/work/states.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { getQueue } from './get-queue.ts';
import { readLimits } from '../settings/read-limits.ts';
import { readRecentPullRequests } from './read-recent-pull-requests.ts';
import { readUsage } from './read-usage.ts';

/** A supervisor that has not beaten for this long is shown as gone. */
export const SUPERVISOR_ALIVE_MS = 30_000;
/** One that has been gone for this long is forgotten on the screen. */
const SUPERVISOR_SHOWN_MS = 7 * 86_400_000;
/** So many are listed; how many there are is said besides. */
const NEEDS_SHOWN_MAX = 50;
/** Longest reason, in characters: a line of the overview. */
const REASON_MAX = 500;

/** The factory at a glance; every figure is read now. */
export async function getStatus(ctx: Ctx): Promise<Status> {
  authoriseView(ctx);
  const now = ctx.now();
  const { version } = ctx.config;
  const { limits, pause } = await readLimits(ctx.db, ctx.config.limits);
  const [usage, workersAlive, groups, supervisors, needs, pulls, queue] = await Promise.all([
    readUsage(ctx.db, { now, timeZone: limits.timeZone }),
    ctx.db.run.count({ where: { state: { in: [...ALIVE_RUN_STATES] } } }),
    ctx.db.workItem.groupBy({ by: ['state'], _count: true }),
    ctx.db.supervisor.findMany({ where: { beatAt: { gt: new Date(now.getTime() - SUPERVISOR_SHOWN_MS) } }, orderBy: { beatAt: 'desc' }, take: 20 }),
    ctx.db.workItem.findMany({ where: { state: { in: [...NEEDS_PERSON_STATES] } }, orderBy: { updatedAt: 'desc' }, take: NEEDS_SHOWN_MAX }),
    readRecentPullRequests(ctx.db, now),
    getQueue(ctx, { most: 1 }),
  ]);
  const counts = Object.fromEntries(groups.map((group) => [group.state, group._count]));
  const alive = (beatAt: Date) => now.getTime() - beatAt.getTime() < SUPERVISOR_ALIVE_MS;
  const head = queue.items[0];
  const anyAlive = supervisors.some((supervisor) => alive(supervisor.beatAt));
  let waiting: Status['waiting'] = null;
  if (head && !anyAlive) waiting = { reason: 'no supervisor is running: start one with npm start', retryAt: null };
  else if (head && pause) waiting = { reason: pause.reason, retryAt: null };
  else if (head?.waitingReason) waiting = { reason: head.waitingReason, retryAt: head.waitingUntil };
  return {
    version,
    queueDepth: counts.queued ?? 0,
    workersAlive,
    maxWorkers: limits.maxWorkers,
    ...usage,
    dailyBudget: limits.dailyBudget,
    dailyBudgetUsd: limits.dailyBudgetUsd,
    waiting,
    paused: pause?.reason ?? null,
    counts,
    supervisors: supervisors.map((supervisor) => ({
      id: supervisor.id,
      host: supervisor.host,
      alive: alive(supervisor.beatAt),
      beatAt: supervisor.beatAt.toISOString(),
      runtime: supervisor.runtime,
      pauseReason: supervisor.pauseUntil === null || supervisor.pauseUntil > now ? supervisor.pauseReason : null,
      facts: supervisorFactsSchema.parse(supervisor.facts),
    })),
    needsYou: needs.map((item) => ({
      id: item.id,
      title: item.title,
      state: workItemStateSchema.parse(item.state),
      reason: (item.stateReason ?? item.lastError)?.slice(0, REASON_MAX) ?? null,
    })),
    needsYouTotal: NEEDS_PERSON_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0),
    recentPullRequests: pulls,
  };
}
