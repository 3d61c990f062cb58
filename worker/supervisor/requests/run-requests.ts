import type { Logger } from 'pino';
import type { SupervisorAnswer, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { answerRequest, releaseRequests, type RequestLane, takeRequest } from '../../../server/services/settings/requests/answer-requests.ts';
import type { Wake } from '../loops/wake.ts';

const IDLE_MS = 2_000;

export interface RequestsDeps {
  /** Which of the questions; without it all that nobody waits for at a screen. */
  lane?: RequestLane;
  /** Its actor is the supervisor. */
  ctx: Ctx;
  /** Answers one question. @throws AppError whose words are for the person who asked */
  answer: (ask: SupervisorAsk, signal: AbortSignal) => Promise<SupervisorAnswer>;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** Answers what the web app asks of this supervisor, one after the other, until the signal. */
export async function runRequests(deps: RequestsDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  let released = false;
  while (!signal.aborted) {
    try {
      if (!released && deps.lane === undefined) await releaseRequests(deps.ctx);
      released = true;
      while (!signal.aborted && (await answerNext(deps, signal)));
    } catch (error) {
      if (!signal.aborted) deps.log.error({ err: error }, 'requests: could not look');
    }
    await wake.sleep(IDLE_MS, signal);
  }
}

/** @returns false where no question waits */
export async function answerNext(deps: RequestsDeps, signal: AbortSignal): Promise<boolean> {
  const taken = await takeRequest(deps.ctx, deps.lane);
  if (!taken) return false;
  try {
    await answerRequest(deps.ctx, { id: taken.id, answer: await deps.answer(taken.ask, signal) });
  } catch (error) {
    // One that our own end cut short is asked anew by the next process.
    if (signal.aborted) return false;
    deps.log.warn({ err: error, kind: taken.ask.kind }, 'a question of the web app could not be answered');
    await answerRequest(deps.ctx, { id: taken.id, error: error instanceof AppError ? error.message : 'The supervisor could not find out; its log says why.' });
  }
  return true;
}
