import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGitHub, type GitHubStandIn } from '../../../e2e/stand-ins/github.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createGitHub, type GitHub } from '../../../server/adapters/github.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { githubLoops, type GitHubLoopsDeps } from './github.ts';
import { takeIssuesOnce } from './issue-intake.ts';
import { readPullRequestsOnce } from './pull-requests.ts';

const repo = 'acme/shop';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const calm = new AbortController().signal;
let standIn: GitHubStandIn;
let github: GitHub;
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;

beforeAll(async () => {
  standIn = await startGitHub({
    repos: [
      { owner: 'acme', name: 'shop', collaborators: { writer: 'push', reader: 'pull' } },
      { owner: 'acme', name: 'docs' },
    ],
    users: ['stranger'],
  });
  github = createGitHub({ apiUrl: standIn.apiUrl, token: standIn.token, retryDelayMs: () => 1 });
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = {
    version: 'test',
    limits: { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' },
    localMode: true,
    githubServerUrl: standIn.serverUrl,
    agentCommand: null,
    setupCommand: null,
    verifyCommand: null,
  };
  ctx = { actor: { kind: 'supervisor', id: 'sup1' }, db: database.db, now: () => new Date(), queue, config };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  await standIn.close();
});

const take = (repos = [repo]) => takeIssuesOnce({ ctx, github, repos, label: 'ai-factory', log }, calm);
const itemOf = (number: number, of = repo) => ctx.db.workItem.findUnique({ where: { source_sourceId: { source: 'github', sourceId: `${of}#${number}` } } });
const refusals = (number: number) => ctx.db.audit.findMany({ where: { action: 'issue.refused', why: { startsWith: `${repo}#${number}:` } } });

describe('issue intake', () => {
  it('makes one work item of a labelled issue, however often it is read, from its text as it was then', async () => {
    const number = await standIn.createIssue('acme', 'shop', { title: 'Fix it', body: 'Why <!-- hidden -->\n\n- [ ] one\n- [ ] two', by: 'stranger' });
    await take();
    expect(await itemOf(number)).toBeNull();
    await standIn.label('acme', 'shop', number, 'ai-factory', 'writer');
    await take();
    const item = await itemOf(number);
    expect(item).toMatchObject({
      repo,
      repoKind: 'github',
      title: 'Fix it',
      tasksTotal: 2,
      state: 'queued',
      sourceUrl: `${standIn.serverUrl}/acme/shop/issues/${number}`,
    });
    expect(item?.spec).not.toContain('hidden');
    await fetch(`${standIn.apiUrl}/repos/acme/shop/issues/${number}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${standIn.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ body: '- [ ] something else' }),
    });
    await take();
    expect(await itemOf(number)).toMatchObject({ id: item?.id, spec: item?.spec });
    expect(await ctx.db.audit.count({ where: { action: 'issue.imported', workItemId: item?.id ?? '', actor: 'github writer' } })).toBe(1);
  });

  it('makes a single task of an issue without a checklist', async () => {
    const number = await standIn.createIssue('acme', 'shop', { title: 'The page is slow', body: 'It takes 3 s.' });
    await standIn.label('acme', 'shop', number, 'ai-factory');
    await take();
    const item = await itemOf(number);
    expect(item).toMatchObject({ title: 'The page is slow', tasksTotal: 1 });
    expect(item?.spec).toContain('It takes 3 s.');
  });

  it('refuses, and notes once, a label put on without write permission; takes it when a writer does', async () => {
    const number = await standIn.createIssue('acme', 'shop', { title: 'Leak it', body: '- [ ] leak' });
    // emulate lets nobody without permission label, as GitHub does; so a writer labels and loses the permission.
    await standIn.label('acme', 'shop', number, 'ai-factory', 'writer');
    const demoted: GitHub = { ...github, canWrite: ({ login }) => Promise.resolve(login !== 'writer') };
    const takeDemoted = () => takeIssuesOnce({ ctx, github: demoted, repos: [repo], label: 'ai-factory', log }, calm);
    await takeDemoted();
    await takeDemoted();
    expect(await itemOf(number)).toBeNull();
    expect(await refusals(number)).toMatchObject([{ actor: 'github writer' }]);
    await fetch(`${standIn.apiUrl}/repos/acme/shop/issues/${number}/labels/ai-factory`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${standIn.token}` },
    });
    await standIn.label('acme', 'shop', number, 'ai-factory', 'acme');
    await takeDemoted();
    expect(await itemOf(number)).toMatchObject({ state: 'queued' });
  });

  it('reads the other repositories where one fails, and says which failed', async () => {
    const number = await standIn.createIssue('acme', 'docs', { title: 'Docs', body: '- [ ] write' });
    await standIn.label('acme', 'docs', number, 'ai-factory');
    await expect(take(['acme/gone', 'acme/docs'])).rejects.toThrow(/acme\/gone.*404/);
    expect(await itemOf(number, 'acme/docs')).toMatchObject({ state: 'queued' });
  });
});

describe('open pull requests', () => {
  async function inReview(branch: string): Promise<{ id: string; number: number }> {
    const { item } = await createWorkItem(ctx, { repo, spec: `- [ ] ${branch}` });
    const tree = await standIn.git('acme', 'shop', 'rev-parse', 'main^{tree}');
    const commit = await standIn.git('acme', 'shop', '-c', 'user.name=F', '-c', 'user.email=f@e.com', 'commit-tree', tree, '-p', 'main', '-m', branch);
    await standIn.git('acme', 'shop', 'update-ref', `refs/heads/${branch}`, commit);
    const { number } = await github.createPullRequest({ repo, branch, base: 'main', title: branch, body: '', draft: false });
    await ctx.db.workItem.update({ where: { id: item.id }, data: { state: 'in_review', branch, prNumber: number } });
    return { id: item.id, number };
  }
  const stateOf = async (id: string) => (await ctx.db.workItem.findUniqueOrThrow({ where: { id } })).state;

  it('end their items when they are merged or closed; a merge queues what waited for it', async () => {
    const [merged, closed, open] = [await inReview('a'), await inReview('b'), await inReview('c')];
    const { item: dependent } = await createWorkItem(ctx, { repo, spec: '- [ ] later', blockedBy: [merged.id] });
    await readPullRequestsOnce({ ctx, github, log }, calm);
    expect(await stateOf(merged.id)).toBe('in_review');
    await standIn.mergePull('acme', 'shop', merged.number);
    await standIn.closePull('acme', 'shop', closed.number);
    await readPullRequestsOnce({ ctx, github, log }, calm);
    expect(await Promise.all([merged.id, closed.id, open.id].map(stateOf))).toEqual(['merged', 'closed', 'in_review']);
    const waiting = await ctx.db.workItem.findUniqueOrThrow({ where: { id: dependent.id } });
    expect(waiting.jobId).not.toBeNull();
  });
});

describe('githubLoops', () => {
  const said = new Map<string, string | null>();
  const deps = (change: Partial<GitHubLoopsDeps> = {}): GitHubLoopsDeps => ({
    ...{ ctx, github, repos: [repo], intakeLabel: 'ai-factory', pollIntervalMs: 20, log },
    report: (loop, sentence) => void said.set(loop, sentence),
    ...change,
  });

  it('are not started where something is missing, and say what', () => {
    expect(githubLoops(deps({ github: null }))).toHaveLength(0);
    expect([...said.values()]).toEqual(
      ['Pull requests are off', 'Issue intake is off'].map((what) => `${what}: there is no GitHub token (Settings → Connections, or GITHUB_TOKEN).`),
    );
    expect(githubLoops(deps({ repos: [] }))).toHaveLength(1);
    expect(said.get('issues')).toBe('Issue intake is off: REPOS names no repository.');
  });

  it('say why they are off while GitHub refuses, work again after it, and end when they are told to', async () => {
    const wrong = createGitHub({ apiUrl: standIn.apiUrl, token: 'ghp_wrong', retryDelayMs: () => 1 });
    let current = wrong;
    const switching: GitHub = {
      ...github,
      listLabelledIssues: (input) => current.listLabelledIssues(input),
      getPullRequest: (input) => current.getPullRequest(input),
    };
    const stop = new AbortController();
    const running = Promise.all(githubLoops(deps({ github: switching })).map((loop) => loop(stop.signal)));
    await expect.poll(() => said.get('issues'), { timeout: 20_000 }).toMatch(/Issue intake is off: .*401/);
    current = github;
    await expect.poll(() => said.get('issues'), { timeout: 20_000 }).toBeNull();
    await expect.poll(() => said.get('pull_requests'), { timeout: 20_000 }).toBeNull();
    stop.abort();
    await running;
  });
});
