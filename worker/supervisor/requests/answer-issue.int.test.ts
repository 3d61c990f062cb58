import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGitHub, type GitHubStandIn } from '../../../e2e/stand-ins/github.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createGitHub } from '../../../server/adapters/github.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { pullRequestText } from '../../../server/domain/work/pull-request-text.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { readPublication } from '../../../server/services/publication/read-publication.ts';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { publishConnections } from '../../../server/services/settings/publish-connections.ts';
import { askIssue } from '../../../server/services/work/issues/ask-issue.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { getAskedIssue } from '../../../server/services/work/issues/get-asked-issue.ts';
import { takeIssuesOnce } from '../loops/issue-intake.ts';
import { answer } from './answer.ts';
import { answerNext } from './run-requests.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const live = new AbortController().signal;
let standIn: GitHubStandIn;
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;

beforeAll(async () => {
  standIn = await startGitHub({ repos: [{ owner: 'acme', name: 'shop', files: { 'a.txt': 'a' } }] });
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ GITHUB_SERVER_URL: standIn.serverUrl }), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'member' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  await standIn.close();
});
beforeEach(async () => {
  await database.db.supervisorRequest.deleteMany();
  await database.db.supervisor.deleteMany();
  await beat('here', true);
});

async function beat(id: string, hasToken: boolean): Promise<void> {
  const self: Ctx = { ...ctx, actor: { kind: 'supervisor', id } };
  await supervisorBeat(self, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
  const github = hasToken ? ({ source: 'environment', form: 'token' } as const) : null;
  await publishConnections(self, { publicKey: 'k', inForce: { github, model: null, loaded: { github: null, model: null }, problems: [] } });
}

/** A person asks, the supervisor answers as it does in its loop. */
async function read(issue: string, token: string | null = standIn.token) {
  const { id } = await askIssue(ctx, { issue });
  expect(await getAskedIssue(ctx, { id })).toMatchObject({ state: 'waiting', answer: null });
  const env = parseEnv({ GITHUB_API_URL: standIn.apiUrl, ...(token === null ? {} : { GITHUB_TOKEN: token }) });
  const mirrors = { dataDir: '/nowhere', host: {}, githubServerUrl: standIn.serverUrl, githubToken: null, localMode: true };
  await answerNext({ ctx: supervisor, log, answer: (ask, signal) => answer({ ctx: supervisor, mirrors, host: {}, env, log }, ask, signal) }, live);
  return getAskedIssue(ctx, { id });
}
const addressOf = (number: number) => `${standIn.serverUrl}/acme/shop/issues/${number}`;

test('an issue becomes what a person edits and submits; the pull request closes it, and its label makes no second item', async () => {
  const number = await standIn.createIssue('acme', 'shop', { title: 'Fix it', body: 'Why <!-- hidden -->\n\n- [ ] one\n- [ ] two' });
  const asked = await read(`${standIn.serverUrl}/acme/shop/issues/${number}#issuecomment-1`);
  expect(asked).toMatchObject({ state: 'answered', error: null, askedBy: 'Ada' });
  expect(asked.answer).toEqual({
    ...{ repo: 'acme/shop', title: 'Fix it', spec: 'Why \n\n- [ ] one\n- [ ] two' },
    ...{ sourceId: `acme/shop#${number}`, sourceUrl: addressOf(number), existing: null },
  });

  const { existing: _, ...fields } = asked.answer ?? { existing: null };
  const submit = () => createWorkItem(ctx, { source: 'github', ...fields, spec: '- [ ] edited by Ada' });
  const [first, second] = await Promise.all([submit(), submit()]);
  expect([first.created, second.created].sort()).toEqual([false, true]);
  const { item } = first;
  const github = createGitHub({ apiUrl: standIn.apiUrl, token: standIn.token });
  await standIn.label('acme', 'shop', number, 'ai-factory');
  await takeIssuesOnce({ ctx: supervisor, github, repos: ['acme/shop'], label: 'ai-factory', log }, live);
  expect(await ctx.db.workItem.findMany({ select: { id: true, spec: true, createdBy: true } })).toEqual([
    { id: item.id, spec: '- [ ] edited by Ada', createdBy: item.createdBy },
  ]);
  const { facts } = await readPublication(supervisor, { workItemId: item.id, runId: null });
  expect(pullRequestText({ ...facts, heading: null, workItemUrl: 'http://factory.test' }).body).toContain(`Closes #${number}`);

  expect((await read(`acme/shop#${number}`)).answer).toMatchObject({ existing: item.id });
});

test('why an issue cannot be read is said in a sentence, and no row has the token', async () => {
  expect(await read(addressOf(9_999))).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/no issue acme\/shop#9999: it is not there, or/) as string,
  });
  expect(await read(addressOf(1), 'ghp_wrongwrongwrongwrongwrongwrongwrong00')).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/401/) as string,
  });
  expect(await read(addressOf(1), null)).toMatchObject({ state: 'failed', error: 'There is no GitHub token: set one in Settings → Connections.' });
  const rows = JSON.stringify(await database.db.supervisorRequest.findMany());
  expect(rows).not.toContain('ghp_');
  await expect(askIssue(ctx, { issue: 'https://evil.test/acme/shop/issues/1' })).rejects.toMatchObject({ code: 'bad_request', field: 'issue' });
  await expect(askIssue(ctx, {})).rejects.toMatchObject({ code: 'bad_request', field: 'issue' });
  await expect(getAskedIssue(ctx, { id: 'none' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a pull request is no issue, though GitHub numbers and answers both alike', async () => {
  const tree = await standIn.git('acme', 'shop', 'rev-parse', 'main^{tree}');
  const commit = await standIn.git('acme', 'shop', '-c', 'user.name=F', '-c', 'user.email=f@e.com', 'commit-tree', tree, '-p', 'main', '-m', 'x');
  await standIn.git('acme', 'shop', 'update-ref', 'refs/heads/x', commit);
  const github = createGitHub({ apiUrl: standIn.apiUrl, token: standIn.token });
  const { number } = await github.createPullRequest({ repo: 'acme/shop', branch: 'x', base: 'main', title: 'x', body: '', draft: false });
  expect(await read(addressOf(number))).toMatchObject({ state: 'failed', error: `acme/shop#${number} is a pull request, and only an issue can be imported.` });
});

test('the supervisor that holds a token is asked; where none does, the person is told what to do', async () => {
  await beat('newer', false);
  const { id } = await askIssue(ctx, { issue: addressOf(1) });
  expect(await database.db.supervisorRequest.findUnique({ where: { id } })).toMatchObject({ supervisorId: 'here' });
  await beat('here', false);
  await expect(askIssue(ctx, { issue: addressOf(1) })).rejects.toThrow(/no GitHub token.*Settings → Connections/);
  await database.db.supervisor.deleteMany();
  await expect(askIssue(ctx, { issue: addressOf(1) })).rejects.toThrow(/No supervisor lives/);
});

test('who may only look does not have issues read', async () => {
  const viewer: Ctx = { ...ctx, actor: { kind: 'person', id: 'vi', name: 'Vi', role: 'viewer' } };
  await expect(askIssue(viewer, { issue: addressOf(1) })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(getAskedIssue(viewer, { id: 'any' })).rejects.toMatchObject({ code: 'forbidden' });
});
