import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import superjson from 'superjson';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status, WorkItemView } from '../../server/contracts/rest.ts';
import { asProcessEnv } from '../../server/domain/process-env.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { branches, createBareRepository, git } from '../repository.ts';

const ROOT = join(import.meta.dirname, '../..');
const AGENT = join(import.meta.dirname, '../agents/one-task.mjs');
const env = { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}` };

let factory: Factory;
let dataDir: string;
beforeAll(async () => {
  factory = await startFactory({ env });
  ({ dataDir } = factory);
}, 300_000);
afterAll(async () => {
  await factory.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function submit(spec: string, verify: string): Promise<{ id: string; repo: string }> {
  const repo = createBareRepository();
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, spec, verify }) });
  return { id: ((await answer.json()) as WorkItemView).id, repo };
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
const firstBox = (id: string) => until('the first box', async () => (await read(id)).tasks.done === 1);
const completed = (id: string) =>
  until(
    'the item to complete',
    async () => {
      const item = await read(id);
      return item.state === 'completed' ? item : undefined;
    },
    180_000,
  );

test('a second start on the same data says that it runs already, and where', { timeout: 180_000 }, async () => {
  const up = await secondStart('up');
  expect(up.code).toBe(1);
  expect(up.output).toContain('runs already');
  expect(up.output).toContain(factory.url);
  for (const role of ['web', 'supervisor']) {
    const alone = await secondStart(role);
    expect(alone.code).toBe(1);
    expect(alone.output).toContain(`A ${role} runs already on ${dataDir}`);
  }
});

async function secondStart(command: string): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', command], {
    cwd: ROOT,
    env: asProcessEnv({ ...process.env, DATA_DIR: dataDir }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { code: await new Promise((resolve) => child.once('close', resolve)), output };
}

test('kill -9 of Postgres in mid-run: it comes back, and the work goes on once', { timeout: 240_000 }, async () => {
  const gate = join(dataDir, 'gate-postgres');
  const { id, repo } = await submit(`- [ ] Create a.txt\n- [ ] Create b.txt after ${gate}`, 'test -f b.txt');
  await firstBox(id);
  const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await until('Postgres to be back', async () => (await factory.api(`/api/work/${id}`)).ok);
  writeFileSync(gate, '');
  const item = await completed(id);
  expect(item.verified).toBe(true);
  expect(branches(repo)).toEqual([item.branch]);
  expect(git(repo, 'rev-list', '--count', `main..${item.branch}`)).toBe('2');
});

test(
  'Ctrl-C ends everything within 5 s, open streams included; the next start goes on with the checked boxes and the half-done work',
  { timeout: 240_000 },
  async () => {
    const gate = join(dataDir, 'gate-stop');
    const { id, repo } = await submit(`- [ ] Create a.txt\n- [ ] Draft b.txt after ${gate}`, 'test -f b.txt');
    await firstBox(id);
    await until('the draft', async () => existsSync(`${gate}.waiting`));
    const log = await openLog(id);
    const tookMs = await factory.stop({ keepData: true });
    expect(tookMs).toBeLessThan(5_000);
    await log.ended;
    expect(factory.output()).toContain('workers yield');
    expect(factory.output()).toContain('Stopped.');

    factory = await startFactory({ env, dataDir });
    writeFileSync(gate, '');
    const item = await completed(id);
    expect(item.tasks).toEqual({ done: 2, total: 2 });
    expect(item.runs.map((run) => run.reason)).toEqual(['yielded', 'verified']);
    expect(git(repo, 'show', `${item.branch}:b.txt`)).toBe('began from the draft');
  },
);

/** A viewer's live log, open, its first bytes there. `ended` resolves when the server has ended it. */
async function openLog(id: string): Promise<{ ended: Promise<void> }> {
  const input = encodeURIComponent(JSON.stringify(superjson.serialize({ id })));
  const headers = { accept: 'text/event-stream', cookie: await signIn(factory) };
  const answer = await fetch(`${factory.url}/api/trpc/work.events?input=${input}`, { headers });
  const reader = answer.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  const readOn = async (): Promise<void> => {
    while ((await reader?.read())?.done === false);
  };
  return { ended: readOn().catch(() => undefined) }; // a connection that was cut has ended too
}

test('kill -9 of npm start: the next one comes up by itself, adopts the worker, and one branch goes out', { timeout: 240_000 }, async () => {
  const gate = join(dataDir, 'gate-kill');
  const { id, repo } = await submit(`- [ ] Create a.txt\n- [ ] Create b.txt after ${gate}`, 'test -f b.txt');
  await firstBox(id);
  await factory.kill();
  factory = await startFactory({ env, dataDir });
  expect(factory.output()).toContain('was still running');
  writeFileSync(gate, '');
  const item = await completed(id);
  expect(item.runs.map((run) => run.reason)).toEqual(['verified']);
  expect(branches(repo)).toEqual([item.branch]);
});

test('a port that someone else has: the next free one, printed and kept', { timeout: 240_000 }, async () => {
  await factory.stop({ keepData: true });
  const taken = createServer();
  const port = await listen(taken);
  try {
    factory = await startFactory({ env: { ...env, PORT: String(port) }, dataDir });
    expect(factory.url).not.toBe(`http://localhost:${port}`);
    expect(factory.output()).toContain(`port ${port} is taken`);
    expect((await factory.api('/api/status')).ok).toBe(true);
  } finally {
    taken.close();
  }
  const { url } = factory;
  await factory.stop({ keepData: true });
  factory = await startFactory({ env: { ...env, PORT: String(port) }, dataDir });
  expect(factory.url).toBe(url);
});

test('two supervisors on one Postgres: every item is taken once', { timeout: 300_000 }, async () => {
  const second = join(dataDir, 'second');
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', 'supervisor'], {
    cwd: ROOT,
    stdio: 'ignore',
    env: asProcessEnv({ ...process.env, ...env, DATA_DIR: second, DATABASE_URL: factory.databaseUrl(), COOLDOWN_SECONDS: '0' }),
  });
  try {
    await until('both supervisors', async () => {
      const status = (await (await factory.api('/api/status')).json()) as Status;
      return status.supervisors.filter((supervisor) => supervisor.alive).length === 2;
    });
    const submitted = await Promise.all(Array.from({ length: 6 }, () => submit('- [ ] Create a.txt', 'test -f a.txt')));
    const items = await Promise.all(submitted.map(({ id }) => completed(id)));
    for (const [index, item] of items.entries()) {
      expect(item.runs.map((run) => run.reason)).toEqual(['verified']);
      expect(branches(submitted[index]?.repo ?? '')).toEqual([item.branch]);
    }
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
}
