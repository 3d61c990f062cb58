import type { Logger } from 'pino';
import type { FactoryEvent } from '../../../server/contracts/run-events.ts';
import type { AppErrorCode } from '../../../server/domain/app-error.ts';
import type { Ctx } from '../../../server/services/context.ts';
import type { MirrorDeps } from '../mirrors.ts';
import type { EgressRule } from './egress/allowlist.ts';

/** What the gateway is made of; put together once, where the supervisor starts. */
export interface GatewayDeps {
  /** Context of the services, but for the actor, who is the caller's run. */
  base: Omit<Ctx, 'actor'>;
  supervisorId: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  mirrors: MirrorDeps;
  /** Credentials of the model; the worker never sees them. */
  model: { apiKey: string | null; oauthToken: string | null; baseUrl: string };
  egress: EgressRule[];
}

/** Who a run's token speaks for. */
export interface Caller {
  runId: string;
  workItemId: string;
  epoch: number;
  role: 'worker' | 'verifier';
  branch: string;
}

/** The services' context for a call on behalf of a run. */
export function runCtx(deps: GatewayDeps, caller: Caller): Ctx {
  return { ...deps.base, actor: { kind: 'run', runId: caller.runId, epoch: caller.epoch, role: caller.role } };
}

export function factoryEvent(deps: GatewayDeps, type: FactoryEvent['type'], text: string, data?: Record<string, unknown>): FactoryEvent {
  return { by: 'factory', type, ts: deps.base.now().toISOString(), text, ...(data && { data }) };
}

/** Codes of the worker protocol for the services' errors. */
export const PROTOCOL_CODE: Record<AppErrorCode, 'unauthorized' | 'forbidden' | 'fenced' | 'bad_request' | 'not_ready' | 'unavailable'> = {
  bad_request: 'bad_request',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  not_found: 'bad_request',
  conflict: 'fenced',
  too_large: 'bad_request',
  not_ready: 'not_ready',
  unavailable: 'unavailable',
};
