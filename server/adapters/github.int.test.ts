import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGitHub, type GitHubStandIn } from '../../e2e/stand-ins/github.ts';
import { createGitHub, type GitHub, type GitHubError } from './github.ts';

const exec = promisify(execFile);
const repo = 'acme/shop';
let standIn: GitHubStandIn;
let github: GitHub;

/** Pushes one commit on a new branch over HTTP with the token, as the factory does. */
async function push(branch: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'push-'));
  const url = standIn.serverUrl.replace('//', `//x-access-token:${standIn.token}@`);
  const git = (...args: string[]) => exec('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', '-C', dir, ...args]);
  try {
    await exec('git', ['clone', '--quiet', `${url}/${repo}.git`, dir]);
    await git('checkout', '--quiet', '-b', branch);
    await git('commit', '--quiet', '--allow-empty', '-m', branch);
    await git('push', '--quiet', 'origin', branch);
    return (await git('rev-parse', 'HEAD')).stdout.trim();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('should have failed');
    },
    (error: GitHubError) => ({ status: error.status, transient: error.transient, resetAt: error.resetAt, message: error.message }),
  );

beforeAll(async () => {
  standIn = await startGitHub({
    repos: [{ owner: 'acme', name: 'shop', collaborators: { writer: 'push', reader: 'pull', triager: 'triage' } }],
    users: ['stranger'],
  });
  github = createGitHub({ apiUrl: standIn.apiUrl, token: standIn.token, retryDelayMs: () => 1 });
});
afterAll(() => standIn.close());

describe('GitHub adapter', () => {
  it('opens a pull request, finds it by its head, updates it, sees it closed', async () => {
    const commit = await push('ai-factory/one');
    expect(await github.findPullRequests({ repo, branch: 'ai-factory/one' })).toEqual([]);
    const made = await github.createPullRequest({
      repo,
      branch: 'ai-factory/one',
      base: await github.defaultBranch(repo),
      title: 'One',
      body: 'b',
      draft: true,
    });
    expect(made).toMatchObject({ state: 'open', merged: false, draft: true, url: `${standIn.serverUrl}/acme/shop/pull/${made.number}` });
    await github.updatePullRequest({ repo, number: made.number, title: 'Two', body: 'c' });
    expect((await standIn.pulls('acme', 'shop'))[0]).toMatchObject({ title: 'Two', body: 'c', head: { ref: 'ai-factory/one', sha: commit } });
    await standIn.closePull('acme', 'shop', made.number);
    expect(await github.getPullRequest({ repo, number: made.number })).toMatchObject({ state: 'closed', merged: false });
    expect((await github.findPullRequests({ repo, branch: 'ai-factory/one' })).map((pull) => pull.number)).toEqual([made.number]);
  });

  it('is refused for an unknown head and for a second pull request of one head', async () => {
    const input = { repo, base: 'main', title: 't', body: 'b', draft: false };
    expect(await failure(github.createPullRequest({ ...input, branch: 'nowhere' }))).toMatchObject({ status: 422, transient: false });
    await push('ai-factory/two');
    await github.createPullRequest({ ...input, branch: 'ai-factory/two' });
    const again = await failure(github.createPullRequest({ ...input, branch: 'ai-factory/two' }));
    expect(again).toMatchObject({ status: 422, transient: false });
    expect(again.message).toContain('already exists');
  });

  it('lists labelled issues without pull requests over several pages, and who labelled them', async () => {
    const numbers: number[] = [];
    for (let i = 0; i < 103; i += 1) numbers.push(await standIn.createIssue('acme', 'shop', { title: `issue ${i}`, body: '', by: 'stranger' }));
    for (const number of numbers) await standIn.label('acme', 'shop', number, 'ai-factory');
    await standIn.createIssue('acme', 'shop', { title: 'other', body: '' });
    const found = await github.listLabelledIssues({ repo, label: 'ai-factory' });
    expect(found.map((issue) => issue.number).sort((a, b) => a - b)).toEqual(numbers);
    expect(await github.labelledBy({ repo, number: numbers[0] ?? 0, label: 'AI-Factory' })).toMatchObject({ login: 'acme' });
    expect(await github.labelledBy({ repo, number: numbers[0] ?? 0, label: 'other' })).toBeNull();
  });

  it.each([
    ['acme', true],
    ['writer', true],
    ['triager', false],
    ['reader', false],
    ['stranger', false],
    ['nobody-at-all', false],
  ])('%s may write: %s', async (login, may) => {
    expect(await github.canWrite({ repo, login })).toBe(may);
  });

  it('tries a GET again after a 5xx, never a POST', async () => {
    standIn.fail({ method: 'GET', path: /^\/repos\/acme\/shop$/, status: 502, times: 2 });
    expect(await github.defaultBranch(repo)).toBe('main');
    standIn.fail({ method: 'GET', path: /^\/repos\/acme\/shop$/, status: 503, times: 3 });
    expect(await failure(github.defaultBranch(repo))).toMatchObject({ status: 503, transient: true });
    const before = standIn.calls.length;
    standIn.fail({ method: 'POST', path: /\/pulls$/, status: 502 });
    expect(await failure(github.createPullRequest({ repo, branch: 'x', base: 'main', title: 't', body: '', draft: false }))).toMatchObject({ transient: true });
    expect(standIn.calls.length - before).toBe(1);
  });

  it('reads when a rate limit ends, and tells it from a plain refusal', async () => {
    const reset = Math.floor(Date.now() / 1000) + 600;
    standIn.fail({ method: 'GET', path: /shop$/, status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) } });
    expect(await failure(github.defaultBranch(repo))).toMatchObject({ transient: true, resetAt: new Date(reset * 1000) });
    standIn.fail({ method: 'GET', path: /shop$/, status: 403 });
    expect(await failure(github.defaultBranch(repo))).toMatchObject({ transient: false, resetAt: null });
  });

  it('says what a wrong token and an unreachable server are, and never shows the token', async () => {
    const token = `ghp_${'x'.repeat(36)}`;
    const wrong = await failure(createGitHub({ apiUrl: standIn.apiUrl, token }).defaultBranch(repo));
    expect(wrong).toMatchObject({ status: 401, transient: false });
    const gone = await failure(createGitHub({ apiUrl: 'http://127.0.0.1:1', token, retryDelayMs: () => 1 }).defaultBranch(repo));
    expect(gone).toMatchObject({ status: null, transient: true });
    expect(wrong.message + gone.message).not.toContain(token);
  });
});
