import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve as resolvePath } from 'node:path';
import { AppError } from '../../../../server/domain/app-error.ts';
import { recordPush } from '../../../../server/services/publication/record-push.ts';
import { git, gitEnv, killGroup } from '../../git.ts';
import { acceptedCommit, mirrorName, mirrorPath } from '../../mirrors.ts';
import { type Caller, type GatewayDeps, runCtx } from '../deps.ts';
import { GATE_LIMITS } from '../gate-rules.ts';
import type { Gate } from './gate.ts';
import { asProcessEnv } from '../../../../server/domain/process-env.ts';

const CALL_TIMEOUT_MS = 15 * 60_000;
const FETCH_BODY_MAX_BYTES = 16 * 1024 * 1024;
const PUSH_ANSWER_MAX_BYTES = 1024 * 1024;
const HEAD_MAX_BYTES = 64 * 1024;

/** A call that git's smart HTTP knows; everything else is not found. */
export type GitService = { service: 'git-upload-pack' | 'git-receive-pack'; path: 'info/refs' | 'git-upload-pack' | 'git-receive-pack' };

/** The run that a git address names and the service it asks for; null where it is none of ours. */
export function parseGitAddress(method: string, url: URL): { runId: string; call: GitService } | null {
  const match = /^\/git\/([0-9a-z]{1,64})\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname);
  if (match === null) return null;
  const path = match[2] as GitService['path'];
  const service = path === 'info/refs' ? url.searchParams.get('service') : path;
  if ((method === 'GET') !== (path === 'info/refs') || (service !== 'git-upload-pack' && service !== 'git-receive-pack')) return null;
  return { runId: match[1] ?? '', call: { service, path } };
}

/**
 * Answers one git call by `git http-backend` on the run's mirror, which shows the run's own branch alone.
 * A push is answered only after Postgres knows the accepted commit.
 */
export async function serveGit(
  deps: GatewayDeps,
  gate: Gate,
  opts: { caller: Caller; call: GitService; request: IncomingMessage; response: ServerResponse; signal: AbortSignal },
): Promise<void> {
  const { caller, call, request, response } = opts;
  if (caller.role === 'verifier' && call.service === 'git-receive-pack') throw new AppError('forbidden', 'A verifier pushes nothing.');
  const item = await deps.base.db.workItem.findUnique({ where: { id: caller.workItemId }, select: { cloneUrl: true } });
  if (item === null) throw new AppError('not_found', 'The work item is gone.');
  const mirror = mirrorPath(deps.mirrors, item.cloneUrl);
  const pushing = call.path === 'git-receive-pack';
  const announced = pushing ? gate.announce({ caller, mirror }) : null;
  const branch = { cloneUrl: item.cloneUrl, branch: caller.branch };
  try {
    const before = pushing ? await acceptedCommit(deps.mirrors, branch) : null;
    const asked = backend({
      env: { ...backendEnv(deps, { caller, call, request, mirror: mirrorName(item.cloneUrl), hooksDir: gate.hooksDir }), ...announced?.env },
      request,
      bodyMaxBytes: pushing ? GATE_LIMITS.packBytes + FETCH_BODY_MAX_BYTES : FETCH_BODY_MAX_BYTES,
      signal: opts.signal,
      ...(pushing ? {} : { stream: response }),
    });
    // Whatever became of the connection: what the gate accepted is stored.
    if (pushing)
      await asked.catch(() => undefined).then(async () => storePush(deps, { caller, mirror, before, after: await acceptedCommit(deps.mirrors, branch) }));
    const answer = await asked;
    if (pushing) response.writeHead(answer.status, answer.headers).end(answer.body);
  } finally {
    announced?.end();
  }
}

/** Tells Postgres; where it refuses (the run was fenced or ended meanwhile) the branch goes back to where it was. */
async function storePush(deps: GatewayDeps, push: { caller: Caller; mirror: string; before: string | null; after: string | null }): Promise<void> {
  if (push.after === null || push.after === push.before) return;
  try {
    await recordPush(runCtx(deps, push.caller), { runId: push.caller.runId, commit: push.after });
  } catch (error) {
    if (error instanceof AppError && push.before !== null)
      await git({ host: deps.mirrors.host, gitDir: push.mirror, args: ['update-ref', `refs/heads/${push.caller.branch}`, push.before, push.after] });
    throw error;
  }
}

function backendEnv(
  deps: GatewayDeps,
  opts: { caller: Caller; call: GitService; request: IncomingMessage; mirror: string; hooksDir: string },
): Record<string, string> {
  const { headers, method } = opts.request;
  const config: Array<[string, string]> = [
    ['core.hooksPath', opts.hooksDir],
    ['gc.auto', '0'],
    ['http.uploadpack', 'true'],
    ['http.receivepack', opts.caller.role === 'worker' ? 'true' : 'false'],
    ['receive.fsckObjects', 'true'],
    ['receive.denyDeletes', 'true'],
    ['receive.denyNonFastForwards', 'true'],
    ['receive.autogc', 'false'],
    ['receive.maxInputSize', String(GATE_LIMITS.packBytes)],
    ['transfer.hideRefs', 'refs/'],
    ['transfer.hideRefs', `!refs/heads/${opts.caller.branch}`],
  ];
  return gitEnv({
    host: deps.mirrors.host,
    config,
    // No GIT_PROTOCOL: version 0 of the protocol checks each wanted object against what is shown, version 2 does not.
    env: {
      GIT_PROJECT_ROOT: resolvePath(deps.mirrors.dataDir, 'mirrors'),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${opts.mirror}/${opts.call.path}`,
      QUERY_STRING: opts.call.path === 'info/refs' ? `service=${opts.call.service}` : '',
      REQUEST_METHOD: method ?? 'GET',
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      REMOTE_USER: opts.caller.runId,
      REMOTE_ADDR: 'worker',
    },
  });
}

interface BackendAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Runs `git http-backend`; with `stream` the answer's body goes there as it comes, else it is kept (bounded). */
function backend(opts: {
  env: Record<string, string>;
  request: IncomingMessage;
  bodyMaxBytes: number;
  signal: AbortSignal;
  stream?: ServerResponse;
}): Promise<BackendAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env: asProcessEnv(opts.env), cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    let failure: AppError | undefined;
    const end = (why: AppError) => {
      failure ??= why;
      killGroup(child.pid, 'SIGKILL');
    };
    const onAbort = () => end(new AppError('unavailable', 'The gateway is stopping.'));
    const onClose = () => opts.request.destroyed && !opts.request.complete && end(new AppError('bad_request', 'The client went away.'));
    const onGone = () => opts.stream?.writableFinished === false && end(new AppError('bad_request', 'The client went away.'));
    const timer = setTimeout(() => end(new AppError('unavailable', 'git took too long.')), CALL_TIMEOUT_MS);
    opts.signal.addEventListener('abort', onAbort, { once: true });
    opts.request.once('close', onClose);
    opts.stream?.once('close', onGone);

    let received = 0;
    opts.request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > opts.bodyMaxBytes) end(new AppError('too_large', `At most ${opts.bodyMaxBytes} bytes are taken.`));
    });
    child.stdin.on('error', () => undefined); // git may end before it read all; its answer says why
    opts.request.pipe(child.stdin);

    let head: { status: number; headers: Record<string, string> } | null = null;
    let pending = Buffer.alloc(0);
    const kept: Buffer[] = [];
    let keptBytes = 0;
    const body = (chunk: Buffer) => {
      if (opts.stream) {
        if (!opts.stream.write(chunk)) {
          child.stdout.pause();
          opts.stream.once('drain', () => child.stdout.resume());
        }
        return;
      }
      keptBytes += chunk.length;
      if (keptBytes <= PUSH_ANSWER_MAX_BYTES) kept.push(chunk);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (head !== null) return body(chunk);
      pending = Buffer.concat([pending, chunk]);
      const split = pending.indexOf('\r\n\r\n');
      if (split < 0) return pending.length > HEAD_MAX_BYTES ? end(new AppError('unavailable', 'git gave no answer.')) : undefined;
      head = parseHead(pending.subarray(0, split).toString('latin1'));
      opts.stream?.writeHead(head.status, head.headers);
      body(pending.subarray(split + 4));
    });
    child.once('error', (cause) => {
      failure ??= new AppError('unavailable', 'git could not be started.', { cause });
      child.emit('close', null);
    });
    child.once('close', () => {
      clearTimeout(timer);
      opts.signal.removeEventListener('abort', onAbort);
      opts.request.off('close', onClose);
      opts.stream?.off('close', onGone);
      if (failure !== undefined || head === null) {
        if (opts.stream?.headersSent) opts.stream.destroy();
        return reject(failure ?? new AppError('unavailable', 'git gave no answer.'));
      }
      opts.stream?.end();
      resolve({ ...head, body: Buffer.concat(kept) });
    });
  });
}

function parseHead(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const [name = '', ...rest] = line.split(':');
    const value = rest.join(':').trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else if (name !== '') headers[name.toLowerCase()] = value;
  }
  return { status, headers };
}
