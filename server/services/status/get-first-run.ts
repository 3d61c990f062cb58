import type { z } from 'zod';
import { credentialsInForceSchema } from '../../contracts/connections.ts';
import { demoAnswerSchema, type RequestView } from '../../contracts/supervisor-requests.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { toRequestView } from '../settings/requests/request-view.ts';
import { SUPERVISOR_ALIVE_MS } from './get-status.ts';

export interface FirstRun {
  /** What a new factory needs, in the order in which one thing builds on the other. */
  has: { supervisor: boolean; github: boolean; model: boolean; repository: boolean; work: boolean };
  /** The demo can be run by a button here. */
  canDemo: boolean;
  /** The newest request for the demo's repository. */
  demo: RequestView<z.infer<typeof demoAnswerSchema>> | null;
}

/** What is there of the things that a first work item needs. */
export async function getFirstRun(ctx: Ctx): Promise<FirstRun> {
  authoriseView(ctx);
  const now = ctx.now();
  const live = await ctx.db.supervisor.findMany({ where: { beatAt: { gt: new Date(now.getTime() - SUPERVISOR_ALIVE_MS) } }, select: { credentials: true } });
  const held = live.map(({ credentials }) => credentialsInForceSchema.safeParse(credentials).data);
  const demo = await ctx.db.supervisorRequest.findFirst({ where: { kind: 'prepare_demo' }, orderBy: { askedAt: 'desc' } });
  return {
    has: {
      supervisor: live.length > 0,
      github: held.some((each) => each?.github),
      model: held.some((each) => each?.model),
      repository: (await ctx.db.repositorySettings.count({ where: { verify: { not: null } }, take: 1 })) > 0,
      work: (await ctx.db.workItem.findFirst({ where: { source: { not: 'demo' } }, select: { id: true } })) !== null,
    },
    canDemo: ctx.config.localMode,
    demo: demo ? toRequestView(demo, demoAnswerSchema, now) : null,
  };
}
