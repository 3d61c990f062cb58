import { randomBytes } from 'node:crypto';
import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../../../../server/domain/app-error.ts';
import { lockPaths } from '../../../../server/services/protocol/lock-paths.ts';
import { recordFactoryEvents } from '../../../../server/services/events/record-factory-events.ts';
import { type Caller, factoryEvent, type GatewayDeps, runCtx } from '../deps.ts';
import { decideGate, type GateDecision, type GateFacts } from '../gate-rules.ts';
import { readPushedContent } from './pushed-content.ts';

const LOCK_BATCH = 2_000;
const ZERO = /^0+$/;

const questionSchema = z.object({
  nonce: z.string(),
  quarantine: z.string().nullable(),
  updates: z.array(z.object({ old: z.string().regex(/^[0-9a-f]{40}$/), new: z.string().regex(/^[0-9a-f]{40}$/), ref: z.string() })).max(1_000),
});

interface Push {
  caller: Caller;
  mirror: string;
}

export interface Gate {
  /** Folder that holds the pre-receive hook. */
  hooksDir: string;
  /** Announces a push; its environment lets the hook ask once, until `end`. */
  announce(push: Push): { env: Record<string, string>; end: () => void };
  close(): void;
}

/** The supervisor's side of the pre-receive hook: it asks over the loopback interface with the nonce of its own push. */
export async function openGate(deps: GatewayDeps, signal: AbortSignal): Promise<Gate> {
  const hooksDir = resolve(deps.mirrors.dataDir, 'hooks');
  await mkdir(hooksDir, { recursive: true });
  const hook = join(hooksDir, 'pre-receive');
  const quote = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  await writeFile(hook, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(join(import.meta.dirname, '../hook.mjs'))}\n`);
  await chmod(hook, 0o755);

  const pushes = new Map<string, Push>();
  const server = createServer((request, response) => {
    void answer(request).then((decision) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(decision.kind === 'accept' ? { accept: true } : { accept: false, reasons: decision.reasons }));
    });
  });
  const answer = async (request: IncomingMessage): Promise<GateDecision> => {
    try {
      const question = questionSchema.parse(await json(request));
      const push = pushes.get(question.nonce);
      if (push === undefined) return { kind: 'refuse', reasons: ['This push is not known to the factory.'] };
      pushes.delete(question.nonce);
      return await judge(deps, push, { ...question, signal });
    } catch (error) {
      if (error instanceof AppError) return { kind: 'refuse', reasons: [error.message] };
      deps.log.error({ err: error }, 'the gate could not judge a push');
      return { kind: 'refuse', reasons: ['The factory could not look at this push; nothing was taken.'] };
    }
  };
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    hooksDir,
    announce: (push) => {
      const nonce = randomBytes(32).toString('hex');
      pushes.set(nonce, push);
      return { env: { FACTORY_GATE_PORT: String(port), FACTORY_GATE_NONCE: nonce }, end: () => pushes.delete(nonce) };
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function judge(
  deps: GatewayDeps,
  push: Push,
  asked: { quarantine: string | null; updates: GateFacts['updates']; signal: AbortSignal },
): Promise<GateDecision> {
  const { caller, mirror } = push;
  if (asked.quarantine !== null && !(await realpath(asked.quarantine)).startsWith(join(await realpath(mirror), 'objects') + sep))
    return { kind: 'refuse', reasons: ['The quarantine is not this repository’s.'] };
  const run = await deps.base.db.run.findUnique({ where: { id: caller.runId }, select: { state: true, epoch: true, workItem: { select: { epoch: true } } } });
  const ownRef = `refs/heads/${caller.branch}`;
  const update = asked.updates.length === 1 ? asked.updates[0] : undefined;
  const content =
    update?.ref === ownRef && !ZERO.test(update.new)
      ? await readPushedContent({ host: deps.mirrors.host, mirror, quarantine: asked.quarantine, update, signal: asked.signal })
      : null;
  const facts: GateFacts = {
    role: caller.role,
    open: run !== null && run.epoch === run.workItem.epoch && (run.state === 'starting' || run.state === 'running'),
    ownRef,
    updates: asked.updates,
    content,
    conflicts: [],
  };
  let decision = decideGate(facts);
  if (decision.kind === 'accept' && content !== null) decision = decideGate({ ...facts, conflicts: await leaseConflicts(deps, caller, content.paths) });
  if (decision.kind === 'refuse') {
    const event = factoryEvent(deps, 'gate.refused', `A push was refused: ${decision.reasons.join(' ')}`, { reasons: decision.reasons });
    await recordFactoryEvents(deps.base.db, { workItemId: caller.workItemId, runId: caller.runId, events: [event] });
  }
  return decision;
}

/** Takes the leases that the run lacks; the paths that other runs hold are the answer. */
async function leaseConflicts(deps: GatewayDeps, caller: Caller, paths: string[]): Promise<GateFacts['conflicts']> {
  for (let from = 0; from < paths.length; from += LOCK_BATCH) {
    const locked = await lockPaths(runCtx(deps, caller), { paths: paths.slice(from, from + LOCK_BATCH) });
    if (!locked.granted) return locked.conflicts;
  }
  return [];
}
