import { AppError } from '../../../server/domain/app-error.ts';
import { hashSecret } from '../../../server/db/ids.ts';
import { authenticateWorker } from '../../../server/services/protocol/authenticate-worker.ts';
import type { Caller, GatewayDeps } from './deps.ts';

/** The token of `Authorization: Bearer …`, of a Basic password, or of `x-api-key`; null where there is none. */
export function readToken(headers: { authorization?: string | undefined; 'x-api-key'?: string | string[] | undefined }): string | null {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(/\s+/, 2);
  if (/^bearer$/i.test(scheme) && value !== '') return value;
  if (/^basic$/i.test(scheme)) {
    const [, ...password] = Buffer.from(value, 'base64').toString('utf8').split(':');
    if (password.join(':') !== '') return password.join(':');
  }
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/**
 * The live run that a token speaks for.
 * @param opts.runId the run that the address names; null where the address names none (model, egress)
 * @throws AppError unauthorized (none, unknown, ended), forbidden (another run's), conflict (fenced)
 */
export async function identify(deps: GatewayDeps, opts: { token: string | null; runId: string | null }): Promise<Caller> {
  if (opts.token === null) throw new AppError('unauthorized', 'This call needs the run’s token.');
  const { db, now } = deps.base;
  const runId = opts.runId ?? (await db.workerToken.findUnique({ where: { hash: hashSecret(opts.token) }, select: { runId: true } }))?.runId;
  if (runId === undefined) throw new AppError('unauthorized', 'This token is not known.');
  return authenticateWorker(db, { token: opts.token, runId, now: now() });
}

/** Most runs whose callers are remembered. */
const REMEMBERED_MAX = 1_000;

/**
 * As identify, but asks the database once a token: whose it is never changes. For calls alone whose service decides behind its own
 * fence whether the run still counts, as that of events does: busy workers post them dozens of times a second.
 */
export function identifyOnce(): typeof identify {
  const known = new Map<string, Caller>();
  return async (deps, opts) => {
    const key = opts.token === null ? '' : hashSecret(opts.token);
    const before = known.get(key);
    if (before && before.runId === opts.runId) return before;
    const caller = await identify(deps, opts);
    const [oldest] = known.keys();
    if (known.size >= REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    known.set(key, caller);
    return caller;
  };
}
