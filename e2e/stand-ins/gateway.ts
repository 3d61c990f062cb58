import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { WorkerEvent } from '../../server/contracts/run-events.ts';
import {
  completeRequestSchema,
  eventsRequestSchema,
  failRequestSchema,
  heartbeatRequestSchema,
  type HeartbeatResponse,
  iterationRequestSchema,
  type iterationResponseSchema,
  lockRequestSchema,
  type LockResponse,
  registerResponseSchema,
  type RegisterResponse,
  stuckRequestSchema,
} from '../../server/contracts/worker-protocol.ts';
import { asProcessEnv } from '../../server/domain/process-env.ts';

const TOKEN = 'run-token';
const RUN_ID = 'run-1';
const BRANCH = 'ai-factory/1-test';

/** What a test may bend; each is asked at each call. */
export interface GatewayBehaviour {
  heartbeat: () => HeartbeatResponse;
  iteration: (n: number) => z.input<typeof iterationResponseSchema>;
  lock: (paths: string[]) => LockResponse;
  /** 503 to everything while true. */
  down: boolean;
  /** 401 or 409 to every protocol call. */
  refuse: 401 | 409 | null;
  /** Answer to the claim of this round (from 1). */
  verdict: (round: number) => { exitCode: number; log: string };
}

/** The worker's side of the gateway for Ralph's own tests: the protocol over HTTP and real git smart HTTP on a bare repository. */
export interface GatewayStandIn {
  url: string;
  env: { FACTORY_URL: string; FACTORY_RUN_ID: string; FACTORY_TOKEN: string };
  bare: string;
  branch: string;
  events: WorkerEvent[];
  /** Bodies of /complete, /fail and /stuck, in order. */
  ends: Array<{ verb: string; body: unknown }>;
  grants: number[];
  beats: number;
  behaviour: GatewayBehaviour;
  git(...args: string[]): string;
  close(): Promise<void>;
}

export async function startGatewayStandIn(opts: {
  register: Partial<RegisterResponse>;
  files?: Record<string, string>;
  preReceive?: string;
}): Promise<GatewayStandIn> {
  const root = mkdtempSync(join(tmpdir(), 'gateway-'));
  const bare = join(root, `${RUN_ID}.git`);
  const startCommit = seed(root, bare, { 'README.md': '# Test\n', ...opts.files });
  if (opts.preReceive !== undefined) {
    writeFileSync(join(bare, 'hooks', 'pre-receive'), `#!/bin/sh\n${opts.preReceive}\n`);
    chmodSync(join(bare, 'hooks', 'pre-receive'), 0o755);
  }
  let round = 0;
  let claim: HeartbeatResponse['claim'] = { status: 'none' };
  const expiresAt = () => new Date(Date.now() + 3_600_000).toISOString();
  const state: Omit<GatewayStandIn, 'url' | 'env' | 'close'> = {
    bare,
    branch: BRANCH,
    events: [],
    ends: [],
    grants: [],
    beats: 0,
    git: (...args) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' }).trim(),
    behaviour: {
      heartbeat: () => ({ order: 'go_on', claim }),
      iteration: (n) => ({ granted: true, n, messages: [] }),
      lock: () => ({ granted: true, expiresAt: expiresAt() }),
      down: false,
      refuse: null,
      verdict: () => ({ exitCode: 0, log: '' }),
    },
  };
  const answers: Record<string, (body: unknown) => unknown> = {
    heartbeat: (body) => {
      heartbeatRequestSchema.parse(body);
      state.beats += 1;
      return state.behaviour.heartbeat();
    },
    iteration: (body) => {
      const { n } = iterationRequestSchema.parse(body);
      state.grants.push(n);
      return state.behaviour.iteration(n);
    },
    events: (body) => {
      const { events } = eventsRequestSchema.parse(body);
      const last = state.events.at(-1)?.workerSeq ?? 0;
      state.events.push(...events.filter((event) => event.workerSeq > last));
      return { lastWorkerSeq: state.events.at(-1)?.workerSeq ?? 0 };
    },
    lock: (body) => state.behaviour.lock(lockRequestSchema.parse(body).paths),
    complete: (body) => {
      state.ends.push({ verb: 'complete', body: completeRequestSchema.parse(body) });
      round += 1;
      const verdict = state.behaviour.verdict(round);
      claim = verdict.exitCode === 0 ? { status: 'accepted', round } : { status: 'red', round, ...verdict };
      return { round, openTasks: [] };
    },
    fail: (body) => {
      state.ends.push({ verb: 'fail', body: failRequestSchema.parse(body) });
      return { ok: true };
    },
    stuck: (body) => {
      state.ends.push({ verb: 'stuck', body: stuckRequestSchema.parse(body) });
      return { ok: true };
    },
  };
  const register = () =>
    registerResponseSchema.parse({
      runId: RUN_ID,
      workItemId: 'item-1',
      role: 'worker',
      title: 'Test',
      repo: 'owner/name',
      gitPath: `/git/${RUN_ID}.git`,
      branch: BRANCH,
      startCommit,
      spec: '# Test\n\n- [ ] One\n',
      setup: null,
      verify: null,
      agent: 'command',
      agentCommand: null,
      model: null,
      maxIterations: 30,
      iterationsUsed: state.grants.length,
      lastWorkerSeq: state.events.at(-1)?.workerSeq ?? 0,
      ...opts.register,
    });

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, search } = new URL(request.url ?? '/', 'http://gateway');
    const reply = (status: number, body: unknown) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refuse = (status: number, code: string) => reply(status, { error: { code, message: `test: ${code}` } });
    if (state.behaviour.down) return refuse(503, 'unavailable');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'unauthorized');
    if (state.behaviour.refuse !== null) return refuse(state.behaviour.refuse, state.behaviour.refuse === 401 ? 'unauthorized' : 'fenced');
    if (path.startsWith('/git/')) return gitBackend(root, path.slice('/git'.length), search, request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (path === '/worker/register') return reply(200, register());
    const answer = answers[path.slice(`/worker/${RUN_ID}/`.length)];
    if (answer === undefined) return refuse(400, 'bad_request');
    reply(200, answer(body));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'bad_request', message: String(error) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return Object.assign(state, {
    url,
    env: { FACTORY_URL: url, FACTORY_RUN_ID: RUN_ID, FACTORY_TOKEN: TOKEN },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  });
}

function seed(root: string, bare: string, files: Record<string, string>): string {
  const source = join(root, 'seed');
  mkdirSync(source);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Seed', '-c', 'user.email=seed@localhost', '-C', source, ...args], { encoding: 'utf8' }).trim();
  git('init', '-q', '-b', BRANCH);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), text);
  }
  git('add', '-Af');
  git('commit', '-qm', 'Seed');
  execFileSync('git', ['clone', '-q', '--bare', source, bare]);
  return git('rev-parse', 'HEAD');
}

function gitBackend(root: string, path: string, search: string, request: IncomingMessage, response: ServerResponse): void {
  const backend = spawn('git', ['http-backend'], {
    env: asProcessEnv({
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'worker',
      REMOTE_ADDR: '127.0.0.1',
      PATH_INFO: path,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  let head = Buffer.alloc(0);
  let started = false;
  backend.stdout.on('data', (chunk: Buffer) => {
    if (started) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    started = true;
    const headers = head
      .toString('utf8', 0, end)
      .split('\r\n')
      .map((line) => line.split(/:\s*/, 2) as [string, string]);
    const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1];
    response.writeHead(
      status === undefined ? 200 : Number.parseInt(status, 10),
      Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== 'status')),
    );
    response.write(head.subarray(end + 4));
  });
  backend.stdout.on('end', () => response.end());
}
