import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git, makeRemote, startTestGateway, type TestGateway, type TestRun, tryGit, write } from '../../../../e2e/gateway-fixture.ts';
import { acceptedCommit, ensureRunRef, mirrorPath, packMirrors, pushToRemote } from '../../mirrors.ts';

let world: TestGateway;
beforeAll(async () => {
  world = await startTestGateway();
});
afterAll(() => world.close());

const address = (run: TestRun) => `${world.url}/git/${run.id}.git`;
const auth = (token: string) => ['-c', `http.extraHeader=Authorization: Bearer ${token}`];

async function checkout(run: TestRun, token = run.token): Promise<string> {
  const dir = join(world.dir, `checkout-${run.id}-${Math.random()}`);
  const cloned = await tryGit(world.dir, ...auth(token), 'clone', '-q', address(run), dir);
  expect(cloned).toMatchObject({ code: 0 });
  git(dir, 'checkout', '-q', '-B', run.branch, `origin/${run.branch}`);
  return dir;
}
function commit(dir: string, path: string, text = 'x\n'): string {
  write(dir, path, text);
  git(dir, 'add', '-f', '-A');
  git(dir, 'commit', '-qm', `change ${path}`);
  return git(dir, 'rev-parse', 'HEAD');
}
const push = (run: TestRun, dir: string, ...refs: string[]) => tryGit(dir, ...auth(run.token), 'push', address(run), ...refs);
const mirrored = (run: TestRun) => acceptedCommit(world.deps.mirrors, { cloneUrl: run.remote, branch: run.branch });

test('a worker clones its own branch alone, pushes to it, and Postgres knows the commit', async () => {
  const remote = makeRemote(world.dir);
  const run = await world.makeRun({ remote });
  const other = await world.makeRun({ remote });
  const dir = await checkout(run);
  expect(git(dir, 'branch', '-r')).toBe(`origin/${run.branch}`);
  expect((await tryGit(dir, ...auth(run.token), 'ls-remote', address(run))).output).not.toContain(other.branch);
  const head = commit(dir, 'src/a.ts');
  expect(await push(run, dir, `HEAD:refs/heads/${run.branch}`)).toMatchObject({ code: 0 });
  expect(await mirrored(run)).toBe(head);
  expect(await world.database.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ headCommit: head });
  expect(await world.database.db.lease.findMany({ where: { runId: run.id } })).toMatchObject([{ path: 'src/a.ts' }]);
});

test('what another branch holds cannot be fetched by its id', async () => {
  const remote = makeRemote(world.dir);
  const [run, other] = [await world.makeRun({ remote }), await world.makeRun({ remote })];
  const theirs = await checkout(other);
  const secret = commit(theirs, 'secret.txt');
  expect(await push(other, theirs, `HEAD:refs/heads/${other.branch}`)).toMatchObject({ code: 0 });
  const fetched = await tryGit(await checkout(run), ...auth(run.token), 'fetch', address(run), secret);
  expect(fetched.code).not.toBe(0);
});

test.each([
  ['another ref', ['HEAD:refs/heads/main'], /remote: - Only refs\/heads\/\S+ may be pushed, not refs\/heads\/main/],
  ['a tag', ['HEAD:refs/tags/v1'], /remote: - Tags are not taken: refs\/tags\/v1/],
])('%s is refused, and git says why', async (_name, refs, words) => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  commit(dir, 'a.txt');
  const pushed = await push(run, dir, ...refs);
  expect(pushed.code).not.toBe(0);
  expect(pushed.output).toMatch(words);
  expect(await mirrored(run)).toBe(run.startCommit);
  expect((await world.events(run.workItemId)).map((event) => event.type)).toContain('gate.refused');
});

test('a force-push and a deletion are refused, and git says why', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  const head = commit(dir, 'a.txt');
  expect(await push(run, dir, `HEAD:refs/heads/${run.branch}`)).toMatchObject({ code: 0 });
  git(dir, 'reset', '-q', '--hard', 'HEAD~1');
  commit(dir, 'b.txt');
  const forced = await push(run, dir, `+HEAD:refs/heads/${run.branch}`);
  expect(forced.code).not.toBe(0);
  expect(forced.output).toMatch(/remote: - Not a fast-forward/);
  const deleted = await push(run, dir, `:refs/heads/${run.branch}`);
  expect(deleted.code).not.toBe(0);
  expect(deleted.output).toMatch(/may not be deleted|deletion prohibited/);
  expect(await mirrored(run)).toBe(head);
});

test.each(['.ai/SPEC.md', '.github/workflows/ci.yml', '.GITHUB/Workflows/ci.yml', 'CODEOWNERS', '.claude/settings.json', '.mcp.json', '.gitmodules'])(
  '%s is refused, and its objects do not stay',
  async (path) => {
    const run = await world.makeRun();
    const dir = await checkout(run);
    const head = commit(dir, path);
    const pushed = await push(run, dir, `HEAD:refs/heads/${run.branch}`);
    expect(pushed.code).not.toBe(0);
    expect(pushed.output).toContain('remote: Refused by the factory:');
    expect(pushed.output).toContain(`protected and may not be changed: ${path}`);
    expect(await mirrored(run)).toBe(run.startCommit);
    const kept = await pushToRemote(world.deps.mirrors, { cloneUrl: run.remote, branch: run.branch, commit: head, expected: null });
    expect(kept).toMatchObject({ kind: 'failed', permanent: true });
  },
);

test('a protected path that a later commit takes back is refused too', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  commit(dir, '.github/workflows/ci.yml');
  git(dir, 'rm', '-q', '.github/workflows/ci.yml');
  commit(dir, 'a.txt');
  expect((await push(run, dir, `HEAD:refs/heads/${run.branch}`)).output).toMatch(/protected .*\.github\/workflows\/ci\.yml/);
});

test('a path that another run holds is refused with the holder', async () => {
  const run = await world.makeRun({ repo: 'shared' });
  const holder = await world.makeRun({ repo: 'shared' });
  await world.database.db.lease.create({
    data: { repo: 'shared', path: 'src/held.ts', runId: holder.id, epoch: 1, expiresAt: new Date(Date.now() + 3_600_000) },
  });
  const dir = await checkout(run);
  commit(dir, 'src/held.ts');
  expect((await push(run, dir, `HEAD:refs/heads/${run.branch}`)).output).toMatch(/remote: - src\/held\.ts is held by/);
});

test('a verifier clones and cannot push', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run, run.verifierToken);
  commit(dir, 'a.txt');
  const pushed = await tryGit(dir, ...auth(run.verifierToken), 'push', address(run), `HEAD:refs/heads/${run.branch}`);
  expect(pushed.code).not.toBe(0);
  expect(pushed.output).toContain('403');
});

test('nothing moves while a claim is checked', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  commit(dir, 'a.txt');
  await world.database.db.run.update({ where: { id: run.id }, data: { state: 'verifying' } });
  expect((await push(run, dir, `HEAD:refs/heads/${run.branch}`)).output).toMatch(/is being checked or published/);
  expect(await mirrored(run)).toBe(run.startCommit);
});

test('a supervisor that cannot be asked takes nothing', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  commit(dir, 'a.txt');
  await world.database.db.$executeRawUnsafe('ALTER TABLE lease RENAME TO lease_away');
  try {
    expect((await push(run, dir, `HEAD:refs/heads/${run.branch}`)).output).toMatch(/could not look at this push; nothing was taken/);
  } finally {
    await world.database.db.$executeRawUnsafe('ALTER TABLE lease_away RENAME TO lease');
  }
  expect(await mirrored(run)).toBe(run.startCommit);
});

test.each([
  ['no token', async () => ({}), 401],
  ['another run’s id', async (run: TestRun) => ({ authorization: `Bearer ${(await world.makeRun({ remote: run.remote })).token}` }), 403],
])('git with %s is refused', async (_name, headers, status) => {
  const run = await world.makeRun();
  const answer = await fetch(`${address(run)}/info/refs?service=git-upload-pack`, { headers: (await headers(run)) as Record<string, string> });
  expect(answer.status).toBe(status);
});

test('a pushed commit reaches the remote once, and a branch that moved there is not pushed over', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  const head = commit(dir, 'a.txt');
  await push(run, dir, `HEAD:refs/heads/${run.branch}`);
  const call = { cloneUrl: run.remote, branch: run.branch, commit: head, expected: null };
  expect(await pushToRemote(world.deps.mirrors, call)).toEqual({ kind: 'pushed' });
  expect(await pushToRemote(world.deps.mirrors, call)).toEqual({ kind: 'pushed' });
  expect(git(run.remote, 'rev-parse', `refs/heads/${run.branch}`)).toBe(head);
  const foreign = git(run.remote, 'commit-tree', '-m', 'by a person', '-p', run.startCommit, `${run.startCommit}^{tree}`);
  git(run.remote, 'update-ref', `refs/heads/${run.branch}`, foreign);
  expect(await pushToRemote(world.deps.mirrors, { ...call, expected: run.startCommit })).toMatchObject({ kind: 'failed', permanent: true });
  expect(git(run.remote, 'rev-parse', `refs/heads/${run.branch}`)).toBe(foreign);
});

test('a repository that is not there is said in git’s own words', async () => {
  const item = { cloneUrl: join(world.dir, 'nowhere.git'), baseBranch: null, baseCommit: null, headCommit: null };
  await expect(ensureRunRef(world.deps.mirrors, { item, run: { branch: 'ai-factory/x' } })).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(/nowhere\.git' does not appear to be a git repository/) as string,
  });
});

test('a retry starts from the last accepted commit, and from the remote’s tip where the mirror is another', async () => {
  const run = await world.makeRun();
  const dir = await checkout(run);
  const head = commit(dir, 'a.txt');
  await push(run, dir, `HEAD:refs/heads/${run.branch}`);
  const item = { cloneUrl: run.remote, baseBranch: null, baseCommit: run.startCommit, headCommit: head };
  const again = await ensureRunRef(world.deps.mirrors, { item, run });
  const base = { branch: 'main', commit: run.startCommit, isDefault: true };
  expect(again).toEqual({ startCommit: head, baseCommit: run.startCommit, base });
  await pushToRemote(world.deps.mirrors, { cloneUrl: run.remote, branch: run.branch, commit: head, expected: null });
  const foreign = { ...world.deps.mirrors, dataDir: join(world.dir, 'other-data') };
  expect(await ensureRunRef(foreign, { item, run })).toEqual(again);
});

test('mirrors are packed once they hold much, and lose no accepted commit', async () => {
  const run = await world.makeRun({ remote: makeRemote(world.dir) });
  const dir = await checkout(run);
  const head = commit(dir, 'packed.txt');
  expect(await push(run, dir, `HEAD:refs/heads/${run.branch}`)).toMatchObject({ code: 0 });
  const mirror = mirrorPath(world.deps.mirrors, run.remote);
  // git looks at one of its 256 folders to guess how many loose objects there are.
  git(mirror, 'config', 'gc.auto', '1');
  for (let n = 0; n < 1500; n++) write(dir, `loose/${n}`, `${n}`);
  git(dir, 'add', '-A');
  cpSync(join(dir, '.git/objects'), join(mirror, 'objects'), { recursive: true });
  expect(await packMirrors(world.deps.mirrors, new AbortController().signal)).toEqual([]);
  expect(git(mirror, 'count-objects', '-v')).toMatch(/packs: [1-9]/);
  expect(await mirrored(run)).toBe(head);
});
