import type { SupervisorAsk } from '../../../contracts/supervisor-requests.ts';
import { newId } from '../../../db/ids.ts';
import { notify } from '../../../db/notify.ts';
import { AppError } from '../../../domain/app-error.ts';
import { type Act, recordAudit } from '../../access/record-audit.ts';
import { authoriseSteer } from '../../authorise.ts';
import { actorName, type Ctx } from '../../context.ts';
import { SUPERVISOR_ALIVE_MS } from '../../status/get-status.ts';

/** Answered questions are forgotten after this long. */
const KEEP_MS = 7 * 86_400_000;

/**
 * Writes down a question for one supervisor, which is woken by it.
 * @param act what is asked for changes something: its row of the audit log, written with the question or not at all
 * @returns the request's id
 * @throws AppError unavailable where that supervisor is silent
 */
export async function askSupervisor(ctx: Ctx, { supervisorId, ...ask }: SupervisorAsk & { supervisorId: string }, act?: Act): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const id = newId();
  await ctx.db.$transaction(async (tx) => {
    const supervisor = await tx.supervisor.findUnique({ where: { id: supervisorId } });
    if (!supervisor || now.getTime() - supervisor.beatAt.getTime() > SUPERVISOR_ALIVE_MS) {
      throw new AppError('unavailable', 'This supervisor does not answer now: start it with npm start, and ask again.');
    }
    const { kind, ...payload } = ask;
    await tx.supervisorRequest.deleteMany({ where: { askedAt: { lt: new Date(now.getTime() - KEEP_MS) } } });
    await tx.supervisorRequest.create({ data: { id, supervisorId, kind, payload, askedBy: actorName(ctx.actor), askedAt: now } });
    if (act) await recordAudit(tx, ctx, act);
    await notify(tx, { kind: 'work' });
  });
  return { id };
}

/** Supervisors that live, the newest beat first. */
export async function listLiveSupervisors(ctx: Ctx): Promise<{ id: string; host: string; publicKey: string | null; credentials: unknown }[]> {
  const since = new Date(ctx.now().getTime() - SUPERVISOR_ALIVE_MS);
  return ctx.db.supervisor.findMany({
    where: { beatAt: { gt: since } },
    orderBy: { beatAt: 'desc' },
    select: { id: true, host: true, publicKey: true, credentials: true },
  });
}
