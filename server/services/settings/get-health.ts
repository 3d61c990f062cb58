import { healthAnswerSchema, type RequestView } from '../../contracts/supervisor-requests.ts';
import type { z } from 'zod';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { SUPERVISOR_ALIVE_MS } from '../status/get-status.ts';
import { toRequestView } from './requests/request-view.ts';

/** One that has been gone for this long is forgotten on the screen. */
const SHOWN_MS = 7 * 86_400_000;

export interface Health {
  supervisors: {
    id: string;
    host: string;
    alive: boolean;
    beatAt: string;
    /** The newest question to it; null: never asked. */
    request: RequestView<z.infer<typeof healthAnswerSchema>> | null;
    /** The newest answer, also while another is waited for. */
    last: RequestView<z.infer<typeof healthAnswerSchema>> | null;
  }[];
}

/** What each supervisor last said of its machine. */
export async function getHealth(ctx: Ctx): Promise<Health> {
  authoriseView(ctx);
  const now = ctx.now();
  const supervisors = await ctx.db.supervisor.findMany({
    where: { beatAt: { gt: new Date(now.getTime() - SHOWN_MS) } },
    orderBy: { beatAt: 'desc' },
    take: 20,
  });
  return {
    supervisors: await Promise.all(
      supervisors.map(async ({ id, host, beatAt }) => {
        const rows = await ctx.db.supervisorRequest.findMany({ where: { supervisorId: id, kind: 'health' }, orderBy: { askedAt: 'desc' }, take: 5 });
        const views = rows.map((row) => toRequestView(row, healthAnswerSchema, now));
        const alive = now.getTime() - beatAt.getTime() < SUPERVISOR_ALIVE_MS;
        const last = views.find((view) => view.state === 'answered') ?? null;
        return { id, host, alive, beatAt: beatAt.toISOString(), request: views[0] ?? null, last };
      }),
    ),
  };
}
