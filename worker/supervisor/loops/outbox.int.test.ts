import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBareRepository, startGitHub, type GitHubStandIn } from '../../../e2e/stand-ins/github.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createGitHub, type GitHub } from '../../../server/adapters/github.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { newId } from '../../../server/db/ids.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { enqueueOutbox } from '../../../server/services/outbox/enqueue-outbox.ts';
import { publishRun } from '../../../server/services/publication/publish-run.ts';
import { mirrorPath, pushToRemote, type MirrorDeps } from '../mirrors.ts';
import { type OutboxDeps, runOutbox, workOutboxOnce } from './outbox.ts';

const exec = promisify(execFile);
const supervisorId = 'sup1';
const never = new Promise<never>(() => undefined);
let standIn: GitHubStandIn;
let github: GitHub;
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let dataDir: string;
let mirrors: MirrorDeps;
let deps: OutboxDeps;

beforeAll(async () => {
  standIn = await startGitHub({ repos: [{ owner: 'acme', name: 'shop' }] });
  github = createGitHub({ apiUrl: standIn.apiUrl, token: standIn.token, retryDelayMs: () => 1 });
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  dataDir = mkdtempSync(join(tmpdir(), 'outbox-'));
  const config = {
    version: 'test',
    limits: { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' },
    localMode: true,
    githubServerUrl: standIn.serverUrl,
    agentCommand: null,
    setupCommand: null,
    verifyCommand: 'npm test',
  };
  ctx = { actor: { kind: 'supervisor', id: supervisorId }, db: database.db, now: () => new Date(), queue, config };
  mirrors = { dataDir, host: process.env, githubServerUrl: standIn.serverUrl, githubToken: standIn.token, localMode: true };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  deps = { ctx, supervisorId, github, push: (input) => pushToRemote(mirrors, input), appUrl: 'http://localhost:3000/', log };
});
afterEach(() => database.db.outbox.deleteMany());
afterAll(async () => {
  await queue.stop();
  await database.drop();
  await standIn.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** An item whose run is publishing: its commit is in the mirror, its rows are written. */
async function publishing(options: { repo?: string; verifyExit?: number | null; ended?: boolean } = {}) {
  const { repo = 'acme/shop', verifyExit = 0, ended = false } = options;
  const { item } = await createWorkItem(ctx, { repo, spec: '- [x] Say hello\n- [x] Test it', title: 'Say hello' });
  const branch = `ai-factory/${item.id}-say-hello`;
  const { cloneUrl } = await ctx.db.workItem.findUniqueOrThrow({ where: { id: item.id } });
  const commit = await commitToMirror(cloneUrl, branch);
  const runId = newId();
  await ctx.db.workItem.update({ where: { id: item.id }, data: { state: 'running', epoch: 1, branch, headCommit: commit } });
  const facts = {
    runtime: 'process',
    agent: 'command',
    isolated: false,
    engineId: 'e',
    owner: supervisorId,
    iterations: 2,
    inputTokens: 10,
    outputTokens: 5,
    costUsd: 0.25,
  };
  const evidence = { headCommit: commit, claimedCommit: commit, verifyExit, verifyLog: verifyExit === null ? null : 'all green' };
  await ctx.db.run.create({ data: { id: runId, workItemId: item.id, epoch: 1, state: ended ? 'ended' : 'verifying', branch, ...facts, ...evidence } });
  await ctx.db.$transaction(async (tx) => {
    const push = { kind: 'push', workItemId: item.id, runId, owner: supervisorId, dedupeKey: `push:${runId}:${commit}`, payload: { branch, commit } } as const;
    if (ended) await enqueueOutbox(tx, push);
    else await publishRun(ctx, tx, { runId, verified: verifyExit === 0 ? true : null });
    expect(await enqueueOutbox(tx, push)).toBe(false);
  });
  return { id: item.id, runId, branch, commit };
}

async function commitToMirror(cloneUrl: string, branch: string): Promise<string> {
  const mirror = mirrorPath(mirrors, cloneUrl);
  const url = cloneUrl.replace('http://', `http://x:${standIn.token}@`);
  mkdirSync(dirname(mirror), { recursive: true });
  await exec('git', ['clone', '--quiet', '--bare', url, mirror]).catch(() => undefined); // there already
  const git = async (...args: string[]) => (await exec('git', ['-c', 'user.name=F', '-c', 'user.email=f@example.com', '-C', mirror, ...args])).stdout.trim();
  const commit = await git('commit-tree', 'main^{tree}', '-p', 'main', '-m', `work on ${branch}`);
  await git('update-ref', `refs/heads/${branch}`, commit);
  return commit;
}

/** Works until nothing is left; pauses after failures are skipped. */
async function drain(with_: OutboxDeps = deps): Promise<void> {
  for (let i = 0; i < 30; i += 1) {
    await ctx.db.outbox.updateMany({ where: { state: 'pending', lockedUntil: null }, data: { nextAt: new Date(0) } });
    if (!(await workOutboxOnce(with_))) return;
  }
  throw new Error('the outbox did not come to rest');
}
/** What a new process finds: the killed one's leases are its own. */
const restart = () => ctx.db.outbox.updateMany({ where: { lockedBy: supervisorId }, data: { lockedUntil: null } });
const pullsOf = async (branch: string) => (await standIn.pulls('acme', 'shop')).filter((pull) => pull.head.ref === branch);
const stateOf = async ({ id, runId }: { id: string; runId: string }) => ({
  item: await ctx.db.workItem.findUniqueOrThrow({ where: { id } }),
  run: await ctx.db.run.findUniqueOrThrow({ where: { id: runId } }),
});

async function expectPublished(work: { id: string; runId: string; branch: string; commit: string }): Promise<void> {
  expect(await standIn.git('acme', 'shop', 'rev-parse', work.branch)).toBe(work.commit);
  const pulls = await pullsOf(work.branch);
  expect(pulls).toHaveLength(1);
  expect(pulls[0]).toMatchObject({ state: 'open', base: { ref: 'main' }, head: { sha: work.commit } });
  const { item, run } = await stateOf(work);
  expect(item).toMatchObject({ state: 'in_review', verified: true, prNumber: pulls[0]?.number, prUrl: pulls[0]?.html_url, remoteCommit: work.commit });
  expect(run).toMatchObject({ state: 'ended', reason: 'verified' });
  expect(await ctx.db.outbox.count({ where: { workItemId: work.id, state: { not: 'done' } } })).toBe(0);
}

describe('outbox', () => {
  it('pushes, opens one pull request with the evidence, ends the run, moves the item to in_review', async () => {
    const work = await publishing();
    expect(await workOutboxOnce(deps)).toBe(true);
    expect(await stateOf(work)).toMatchObject({ item: { state: 'running', remoteCommit: work.commit }, run: { state: 'publishing' } });
    await drain();
    await expectPublished(work);
    const [pull] = await pullsOf(work.branch);
    for (const part of ['- [x] Say hello', 'npm test', 'all green', '| 1 | 2 | 15 | 0.25 | command |', `http://localhost:3000/work/${work.id}`]) {
      expect(pull?.body).toContain(part);
    }
    expect(pull?.draft).toBe(false);
  });

  it('opens a draft headed "not verified" where there was no command', async () => {
    const work = await publishing({ verifyExit: null });
    await drain();
    const [pull] = await pullsOf(work.branch);
    expect(pull).toMatchObject({ draft: true });
    expect(pull?.body).toContain('not verified: no command');
    expect(await stateOf(work)).toMatchObject({ item: { state: 'in_review', verified: null }, run: { reason: 'unverified' } });
  });

  it('completes an item of a plain git remote by its pushed branch', async () => {
    const remote = join(dataDir, 'plain.git');
    await createBareRepository(remote, { 'a.txt': 'a' });
    const work = await publishing({ repo: remote });
    await drain();
    expect((await exec('git', ['-C', remote, 'rev-parse', work.branch])).stdout.trim()).toBe(work.commit);
    expect(await stateOf(work)).toMatchObject({ item: { state: 'completed', verified: true, prNumber: null }, run: { state: 'ended', reason: 'verified' } });
  });

  it('completes one without a command as not verified, and never says that checks failed which do not exist', async () => {
    const remote = join(dataDir, 'unverified.git');
    await createBareRepository(remote, { 'a.txt': 'a' });
    const work = await publishing({ repo: remote, verifyExit: null });
    await drain();
    expect(await stateOf(work)).toMatchObject({ item: { state: 'completed', verified: null }, run: { state: 'ended', reason: 'unverified' } });
  });

  it('only pushes for a run that yielded', async () => {
    const work = await publishing({ ended: true });
    await ctx.db.workItem.update({ where: { id: work.id }, data: { state: 'queued' } });
    await drain();
    expect(await standIn.git('acme', 'shop', 'rev-parse', work.branch)).toBe(work.commit);
    expect(await pullsOf(work.branch)).toEqual([]);
    expect((await stateOf(work)).item).toMatchObject({ state: 'queued', remoteCommit: work.commit });
  });

  /** Each goes as far as its point, says so, and hears no more of the world: a killed process. */
  const kills: Array<[string, (die: () => Promise<never>) => Partial<OutboxDeps>]> = [
    ['after the claim, before the push', (die) => ({ push: die })],
    ['between the push and its row', (die) => ({ push: (input) => deps.push(input).then(die) })],
    ['before the pull request is looked for', (die) => ({ github: { ...github, findPullRequests: die } })],
    ['before the pull request is made', (die) => ({ github: { ...github, createPullRequest: die } })],
    ['between the pull request and its row', (die) => ({ github: { ...github, createPullRequest: (input) => github.createPullRequest(input).then(die) } })],
    [
      'after a pull request was brought up to date',
      (die) => {
        standIn.fail({ method: 'POST', path: /\/pulls$/, status: 0, answerLost: true });
        return { github: { ...github, updatePullRequest: (input) => github.updatePullRequest(input).then(die) } };
      },
    ],
  ];
  it.each(kills)('killed %s there is still one branch and one pull request', async (_point, kill) => {
    const work = await publishing();
    let died = false;
    const dead = new Promise<void>((resolve) => {
      const die = () => {
        died = true;
        resolve();
        return never;
      };
      void drain({ ...deps, ...kill(die) }).then(resolve);
    });
    await dead;
    expect(died).toBe(true);
    await restart();
    await drain();
    await expectPublished(work);
  });

  it('finds its own pull request where the answer was lost', async () => {
    const work = await publishing();
    standIn.fail({ method: 'POST', path: /\/pulls$/, status: 0, answerLost: true });
    await drain();
    await expectPublished(work);
  });

  it('keeps the lease: a second supervisor takes no row in work, and none of another mirror', async () => {
    const work = await publishing();
    const other = { ...deps, supervisorId: 'sup2', ctx: { ...ctx, actor: { kind: 'supervisor', id: 'sup2' } } } as OutboxDeps;
    expect(await workOutboxOnce(other)).toBe(false);
    void workOutboxOnce({ ...deps, push: () => never });
    await expect.poll(() => ctx.db.outbox.count({ where: { workItemId: work.id, lockedBy: supervisorId } })).toBe(1);
    expect(await workOutboxOnce(deps)).toBe(false);
    await restart();
    await drain();
    await expectPublished(work);
  });

  it('waits out what may pass, for as long as it takes', async () => {
    const work = await publishing();
    standIn.fail({ method: 'GET', path: /\/pulls$/, status: 503, times: 3 * 8 });
    await drain();
    await expectPublished(work);
  });

  it('gives up on a refusal: publish_failed, stuck with the words; the pull request is not tried', async () => {
    const work = await publishing();
    const refused = { ...deps, push: () => Promise.resolve({ kind: 'failed' as const, permanent: true, message: `denied for ghp_${'z'.repeat(36)}` }) };
    await drain(refused);
    const { item, run } = await stateOf(work);
    expect(run).toMatchObject({ state: 'ended', reason: 'publish_failed', detail: 'The push failed: denied for [redacted]' });
    expect(item).toMatchObject({ state: 'stuck', stateReason: expect.stringMatching(/failed: denied for \[redacted\]$/) as string });
    expect(await ctx.db.outbox.findMany({ where: { workItemId: work.id }, select: { state: true } })).toEqual([{ state: 'failed' }, { state: 'failed' }]);
    expect(await pullsOf(work.branch)).toEqual([]);
  });

  it('opens a draft from a stuck item where a person asked, headed with why', async () => {
    const work = await publishing({ ended: true });
    await ctx.db.workItem.update({ where: { id: work.id }, data: { state: 'stuck' } });
    await ctx.db.$transaction((tx) =>
      enqueueOutbox(tx, {
        ...{ kind: 'pull_request', workItemId: work.id, runId: null, owner: null, dedupeKey: `draft:${work.id}` },
        payload: { draft: true, heading: 'stuck: no progress' },
      }),
    );
    await drain();
    const [pull] = await pullsOf(work.branch);
    expect(pull).toMatchObject({ draft: true });
    expect(pull?.body).toContain('Not finished: stuck: no progress');
    expect((await stateOf(work)).item).toMatchObject({ state: 'in_review', prNumber: pull?.number });
  });

  it('takes its own leases back at the start, works, and ends when it is told to', async () => {
    const work = await publishing();
    void workOutboxOnce({ ...deps, push: () => never });
    await expect.poll(() => ctx.db.outbox.count({ where: { workItemId: work.id, lockedBy: supervisorId } })).toBe(1);
    const stop = new AbortController();
    const running = runOutbox(deps, stop.signal);
    await expect.poll(async () => (await stateOf(work)).item.state, { timeout: 20_000 }).toBe('in_review');
    stop.abort();
    await running;
    await expectPublished(work);
  });
});
