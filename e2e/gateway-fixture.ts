import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createQueue } from '../server/adapters/queue.ts';
import type { FactoryEvent } from '../server/contracts/run-events.ts';
import { hashSecret, newId, newSecret } from '../server/db/ids.ts';
import type { EgressRule } from '../worker/supervisor/gateway/egress/allowlist.ts';
import type { GatewayDeps } from '../worker/supervisor/gateway/deps.ts';
import { startGateway } from '../worker/supervisor/gateway/start-gateway.ts';
import { ensureRunRef } from '../worker/supervisor/mirrors.ts';
import { createTestDatabase } from './test-database.ts';
import { asProcessEnv } from '../server/domain/process-env.ts';

const IDENTITY = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@localhost', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@localhost' };
const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  ...IDENTITY,
};

/** git as a person or a worker runs it, in `cwd`. Throws where it fails. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env: asProcessEnv(GIT_ENV), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** git whose failure is the point: exit code and all of its output. Asynchronous, for it may speak to a server of this process. */
export function tryGit(cwd: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('git', args, { cwd, env: asProcessEnv(GIT_ENV), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** A bare repository with one commit on main, as a remote. */
export function makeRemote(dir: string): string {
  const work = join(dir, `seed-${newId()}`);
  const bare = join(dir, `remote-${newId()}.git`);
  mkdirSync(work, { recursive: true });
  git(work, 'init', '-q', '-b', 'main');
  write(work, 'README.md', 'hello\n');
  git(work, 'add', '.');
  git(work, 'commit', '-qm', 'first');
  git(dir, 'clone', '-q', '--bare', work, bare);
  return bare;
}

export function write(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

export interface TestRun {
  id: string;
  workItemId: string;
  token: string;
  verifierToken: string;
  branch: string;
  remote: string;
  startCommit: string;
}

/** A gateway on a real Postgres, with runs and remotes made by hand. */
export async function startTestGateway(opts: { egress?: EgressRule[]; model?: Partial<GatewayDeps['model']> } = {}) {
  const database = await createTestDatabase();
  const dir = mkdtempSync(join(tmpdir(), 'factory-gateway-'));
  chmodSync(dir, 0o711);
  const { db } = database;
  const stop = new AbortController();
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const errors: unknown[] = [];
  const deps: GatewayDeps = {
    base: {
      db,
      now: () => new Date(),
      queue,
      config: {
        version: 'test',
        limits: { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' },
        localMode: true,
        githubServerUrl: 'https://github.test',
        setupCommand: null,
        verifyCommand: null,
        agentCommand: null,
      },
    },
    supervisorId: 'sup1',
    log: { info: () => undefined, warn: () => undefined, error: (...args: unknown[]) => void errors.push(args) },
    mirrors: { dataDir: join(dir, 'data'), host: { PATH: process.env.PATH }, githubServerUrl: 'https://github.test', githubToken: null, localMode: true },
    model: { apiKey: 'sk-real', oauthToken: null, baseUrl: 'http://127.0.0.1:9', ...opts.model },
    egress: opts.egress ?? [],
  };
  const started = new Date();
  await db.supervisor.create({ data: { id: 'sup1', host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: started, beatAt: started } });
  const gateway = await startGateway(deps, { host: '127.0.0.1', port: 0, signal: stop.signal });

  const makeRun = async (given: { remote?: string; repo?: string; maxUsd?: number } = {}): Promise<TestRun> => {
    const remote = given.remote ?? makeRemote(dir);
    const [id, workItemId, token, verifierToken] = [newId(), newId(), newSecret('fwr'), newSecret('fwr')];
    const branch = `ai-factory/${workItemId}-title`;
    const item = { cloneUrl: remote, baseBranch: null, baseCommit: null, headCommit: null };
    const { startCommit, baseCommit } = await ensureRunRef(deps.mirrors, { item, run: { branch } });
    const spec = '- [ ] one';
    await db.workItem.create({
      data: {
        ...item,
        id: workItemId,
        source: 'test',
        sourceId: workItemId,
        repo: given.repo ?? remote,
        repoKind: 'git',
        title: 'title',
        originalSpec: spec,
        spec,
        tasksTotal: 1,
        state: 'running',
        maxIterations: 30,
        maxUsd: given.maxUsd ?? 10,
        epoch: 1,
        branch,
        baseCommit,
        createdBy: 'test',
      },
    });
    await db.run.create({
      data: {
        id,
        workItemId,
        epoch: 1,
        state: 'running',
        runtime: 'process',
        agent: 'demo',
        isolated: false,
        engineId: 'e',
        owner: 'sup1',
        branch,
        startCommit,
      },
    });
    await db.workerToken.createMany({
      data: [
        { hash: hashSecret(token), runId: id, role: 'worker' },
        { hash: hashSecret(verifierToken), runId: id, role: 'verifier' },
      ],
    });
    return { id, workItemId, token, verifierToken, branch, remote, startCommit };
  };

  return {
    database,
    dir,
    deps,
    gateway,
    /** What the gateway logged as errors. */
    errors,
    port: gateway.port,
    url: `http://127.0.0.1:${gateway.port}`,
    makeRun,
    /** The factory's own events in the item's log. */
    events: async (workItemId: string): Promise<FactoryEvent[]> => {
      const chunks = await db.eventChunk.findMany({ where: { workItemId }, orderBy: { firstSeq: 'asc' } });
      return chunks.flatMap((chunk) => chunk.events as unknown as FactoryEvent[]);
    },
    close: async () => {
      stop.abort();
      await gateway.close();
      await queue.stop();
      await database.drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
export type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;
