import { type Agent, agentSchema } from '../../contracts/repositories.ts';
import type { Prisma, Tx } from '../../db/client.ts';
import { ALIVE_RUN_STATES } from '../../domain/work/states.ts';

/** End of the reason that is written on what waits for its repository's own settings. */
const MARK = '(its repository’s settings)';

/** Repositories with as many live workers as their settings allow; the reason is written on what waits for them. */
export async function explainFullRepositories(tx: Tx, now: Date): Promise<string[]> {
  const capped = await tx.$queryRaw<{ name: string; cap: number; alive: number }[]>`
    SELECT * FROM (
      SELECT r.name, r.max_workers AS cap, (
        SELECT count(*)::int FROM run JOIN work_item w ON w.id = run.work_item_id WHERE w.repo = r.name AND run.state = ANY(${[...ALIVE_RUN_STATES]})
      ) AS alive
      FROM repository r WHERE r.max_workers IS NOT NULL
    ) counted WHERE alive >= cap`;
  for (const { name, cap, alive } of capped) {
    await explain(tx, { name, reason: cap === 0 ? 'no worker may start' : `${alive} of ${cap} workers are busy`, now });
  }
  return capped.map(({ name }) => name);
}

const AGENT_NAMES: Record<Agent, string> = {
  claude: 'Claude Code, for which no supervisor here has a model credential and a place to run',
  command: 'AGENT_COMMAND, which no supervisor here has',
  demo: 'the demo agent, which no supervisor here has',
};

/** Repositories that ask for an agent who cannot work where the claim is from; the reason is written on what waits for them. */
export async function explainMissingAgents(tx: Tx, { agents, now }: { agents: readonly Agent[]; now: Date }): Promise<string[]> {
  const rows = await tx.repositorySettings.findMany({ where: { agent: { not: null, notIn: [...agents] } }, select: { name: true, agent: true } });
  for (const { name, agent } of rows) await explain(tx, { name, reason: `it is for ${AGENT_NAMES[agentSchema.parse(agent)]}`, now });
  return rows.map(({ name }) => name);
}

async function explain(tx: Tx, { name, reason, now }: { name: string; reason: string; now: Date }): Promise<void> {
  const waitingReason = `${reason} ${MARK}`;
  const where = {
    ...{ repo: name, state: 'queued', jobId: { not: null } },
    AND: [{ OR: [{ waitingReason: null }, { waitingReason: { not: waitingReason } }] }, { OR: [{ notBefore: null }, { notBefore: { lte: now } }] }],
  } satisfies Prisma.WorkItemWhereInput;
  await tx.workItem.updateMany({ where, data: { waitingReason, waitingUntil: null, updatedAt: now } });
}

/** Its settings changed: what waited for them waits for them no more, or is told so anew. */
export async function forgetHeldRepository(tx: Tx, name: string): Promise<void> {
  await tx.workItem.updateMany({ where: { repo: name, state: 'queued', waitingReason: { endsWith: MARK } }, data: { waitingReason: null } });
}
