import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve as resolvePath } from 'node:path';
import { AppError } from '../../server/domain/app-error.ts';
import { isRemoteAway } from '../../server/domain/runs/remote-away.ts';
import { git, type GitResult, type HostEnv, lastWords } from './git.ts';

/** Longest that a fetch from, or a push to, the real remote may take. */
const REMOTE_TIMEOUT_MS = 10 * 60_000;
const ASK_TIMEOUT_MS = 60_000;

export interface MirrorDeps {
  dataDir: string;
  host: HostEnv;
  githubServerUrl: string;
  githubToken: string | null;
  /** Local paths, file:, git: and http: remotes are taken only in local mode. */
  localMode: boolean;
  /** Longest that a question to a remote may take: a minute. */
  askTimeoutMs?: number;
  signal?: AbortSignal;
}

export interface MirrorItem {
  cloneUrl: string;
  baseBranch: string | null;
  baseCommit: string | null;
  headCommit: string | null;
}

/** The newest known commit of a base branch. */
export interface BaseTip {
  branch: string;
  commit: string;
  /** The remote's own default. */
  isDefault: boolean;
}

/** The one bare mirror of a repository. */
export function mirrorName(cloneUrl: string): string {
  return `${createHash('sha256').update(cloneUrl).digest('hex').slice(0, 40)}.git`;
}

export function mirrorPath(deps: Pick<MirrorDeps, 'dataDir'>, cloneUrl: string): string {
  return resolvePath(deps.dataDir, 'mirrors', mirrorName(cloneUrl));
}

/** Where the tip of a base branch is kept: apart from refs/heads, so that no fetch can move a run's branch. */
const baseRef = (branch: string) => `refs/factory/base/${branch}`;
export const BASE_REFS = 'refs/factory/base/';

/** How the remote of this address is spoken to: transports, and the credential where it is the GitHub server's own. */
function remoteAccess(deps: MirrorDeps, url: string): { protocols: string[]; config: Array<[string, string]> } {
  const protocols = ['https', 'ssh'];
  if (deps.localMode) protocols.push('file', 'http', 'git');
  if (!URL.canParse(deps.githubServerUrl) || !URL.canParse(url)) return { protocols, config: [] };
  const server = new URL(deps.githubServerUrl);
  if (server.origin === 'null' || new URL(url).origin !== server.origin) return { protocols, config: [] };
  if (server.protocol === 'http:' && !protocols.includes('http')) protocols.push('http');
  if (deps.githubToken === null) return { protocols, config: [] };
  const basic = Buffer.from(`x-access-token:${deps.githubToken}`).toString('base64');
  return { protocols, config: [[`http.${server.origin}/.extraHeader`, `Authorization: Basic ${basic}`]] };
}

/** The server of a repository is away: no fault of the repository, and asked again later. */
export class RemoteAway extends AppError {
  constructor(words: string) {
    super('unavailable', `The repository's server cannot be reached: ${words}`);
  }
}

function refused(result: GitResult): AppError {
  const words = lastWords(result);
  return isRemoteAway(result.stderr) ? new RemoteAway(words) : new AppError('bad_request', `git: ${words}`);
}

const locks = new Map<string, Promise<unknown>>();
/** One change of a mirror at a time; two fetches into one mirror would trip over each other's locks. */
function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = locks.get(path) ?? Promise.resolve();
  const next = before.then(work, work);
  const settled = next.catch(() => undefined);
  locks.set(path, settled);
  void settled.then(() => locks.get(path) === settled && locks.delete(path));
  return next;
}

/** Packs what the mirrors have gathered, one after the other; git itself decides whether there is anything to do. @returns git's words where it could not */
export async function packMirrors(deps: MirrorDeps, signal: AbortSignal): Promise<string[]> {
  const dir = join(deps.dataDir, 'mirrors');
  if (!existsSync(dir)) return [];
  const failures: string[] = [];
  for (const name of (await readdir(dir)).filter((entry) => /^[0-9a-f]{40}\.git$/.test(entry))) {
    if (signal.aborted) break;
    const path = join(dir, name);
    const packed = await exclusively(path, () =>
      git({ host: deps.host, gitDir: path, args: ['gc', '--auto', '--quiet'], config: [['gc.autoDetach', 'false']], timeoutMs: REMOTE_TIMEOUT_MS, signal }),
    );
    if (packed.code !== 0 && !signal.aborted) failures.push(`${name}: ${lastWords(packed)}`);
  }
  return failures;
}

async function ensureMirror(deps: MirrorDeps, cloneUrl: string): Promise<string> {
  const path = mirrorPath(deps, cloneUrl);
  if (existsSync(join(path, 'HEAD'))) return path;
  await mkdir(join(deps.dataDir, 'mirrors'), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  const made = await git({ host: deps.host, args: ['init', '--quiet', '--bare', '--', fresh] });
  if (made.code !== 0) throw new AppError('unavailable', `The mirror could not be made: ${lastWords(made)}`);
  await rename(fresh, path).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(join(path, 'HEAD'))) throw error; // another supervisor process of this DATA_DIR was first
  });
  return path;
}

interface RemoteRefs {
  defaultBranch: string | null;
  tips: Map<string, string>;
}

async function askRemote(deps: MirrorDeps, url: string, refs: string[]): Promise<RemoteRefs> {
  const args = ['ls-remote', '--symref', '--', url, 'HEAD', ...refs];
  const answer = await git({
    ...remoteAccess(deps, url),
    host: deps.host,
    args,
    timeoutMs: deps.askTimeoutMs ?? ASK_TIMEOUT_MS,
    ...(deps.signal && { signal: deps.signal }),
  });
  // A question that gets no answer finds nobody there; a fetch that takes too long may be of more than ever fits.
  if (/^git took longer than/m.test(answer.stderr)) throw new RemoteAway(lastWords(answer));
  if (answer.code !== 0) throw refused(answer);
  const tips = new Map<string, string>();
  let defaultBranch: string | null = null;
  for (const line of answer.stdout.split('\n')) {
    const symref = /^ref: refs\/heads\/(\S+)\tHEAD$/.exec(line);
    if (symref) defaultBranch = symref[1] ?? null;
    const tip = /^([0-9a-f]{40})\t(\S+)$/.exec(line);
    if (tip?.[1] && tip[2]) tips.set(tip[2], tip[1]);
  }
  return { defaultBranch, tips };
}

/**
 * Makes the run's ref in the mirror, ready to be cloned: at the newest accepted commit, else at the remote branch's tip
 * (another supervisor's mirror had it), else at the tip of the base.
 * @returns also the newest tip of the base
 * @throws AppError bad_request with git's own words where the remote refuses us, is empty or lacks the base branch; RemoteAway
 */
export async function ensureRunRef(
  deps: MirrorDeps,
  opts: { item: MirrorItem; run: { branch: string } },
): Promise<{ startCommit: string; baseCommit: string; base: BaseTip }> {
  const { item, run } = opts;
  const path = await ensureMirror(deps, item.cloneUrl);
  return exclusively(path, async () => {
    const runRef = `refs/heads/${run.branch}`;
    const remote = await askRemote(deps, item.cloneUrl, [runRef, ...(item.baseBranch ? [`refs/heads/${item.baseBranch}`] : [])]);
    const base = item.baseBranch ?? remote.defaultBranch;
    if (base === null || !(remote.tips.has('HEAD') || item.baseBranch)) throw new AppError('bad_request', 'git: the repository has no commit yet');
    if (item.baseBranch && !remote.tips.has(`refs/heads/${item.baseBranch}`))
      throw new AppError('bad_request', `git: the repository has no branch ${item.baseBranch}`);
    const remoteBase = remote.tips.get(item.baseBranch ? `refs/heads/${base}` : 'HEAD');
    const remoteTip = remote.tips.get(runRef);
    const copyRef = `refs/factory/remote/${run.branch}`;
    let own = await readTips(deps, path, [baseRef(base), runRef, copyRef]);
    // What the mirror has already is not fetched: a start waits for this.
    if (own.get(baseRef(base)) !== remoteBase || own.get(copyRef) !== remoteTip) {
      const wanted = [`+refs/heads/${base}:${baseRef(base)}`, ...(remoteTip === undefined ? [] : [`+${runRef}:${copyRef}`])];
      await fetchRefs(deps, { path, url: item.cloneUrl, refs: wanted });
      own = await readTips(deps, path, [baseRef(base), runRef]);
    }
    const baseTip = own.get(baseRef(base));
    if (baseTip === undefined) throw new AppError('bad_request', `git: ${base} is not a commit`);
    const mirrored = own.get(runRef) ?? null;
    const anchor = item.headCommit ?? item.baseCommit;
    let startCommit = baseTip;
    if (mirrored !== null && anchor !== null && (await isAncestor(deps, path, { older: anchor, newer: mirrored }))) startCommit = mirrored;
    else if (item.headCommit !== null && (await resolve(deps, path, item.headCommit)) !== null) startCommit = item.headCommit;
    else if (item.headCommit !== null && remoteTip !== undefined) startCommit = remoteTip;
    const set = await git({ host: deps.host, gitDir: path, args: ['update-ref', runRef, startCommit] });
    if (set.code !== 0) throw new AppError('unavailable', `The run's branch could not be made in the mirror: ${lastWords(set)}`);
    const cut = startCommit === baseTip ? baseTip : (item.baseCommit ?? (await mergeBase(deps, path, [startCommit, baseTip])) ?? baseTip);
    return { startCommit, baseCommit: cut, base: { branch: base, commit: baseTip, isDefault: base === remote.defaultBranch } };
  });
}

/**
 * Brings the base branch of a repository into its mirror.
 * @param opts.baseBranch null: the remote's own default
 * @throws AppError bad_request with git's own words where the remote refuses us, is empty or lacks the branch; RemoteAway
 */
export async function ensureBase(deps: MirrorDeps, opts: { cloneUrl: string; baseBranch: string | null }): Promise<BaseTip & { path: string }> {
  const path = await ensureMirror(deps, opts.cloneUrl);
  return exclusively(path, async () => {
    const { defaultBranch } = await askRemote(deps, opts.cloneUrl, []);
    const branch = opts.baseBranch ?? defaultBranch;
    if (branch === null) throw new AppError('bad_request', 'git: the repository has no commit yet');
    await fetchRefs(deps, { path, url: opts.cloneUrl, refs: [`+refs/heads/${branch}:${baseRef(branch)}`] });
    return { path, branch, commit: await mustResolve(deps, path, baseRef(branch)), isDefault: branch === defaultBranch };
  });
}

async function mustResolve(deps: MirrorDeps, path: string, name: string): Promise<string> {
  const commit = await resolve(deps, path, name);
  if (commit === null) throw new AppError('bad_request', `git: ${name} is not a commit`);
  return commit;
}

async function fetchRefs(deps: MirrorDeps, opts: { path: string; url: string; refs: string[] }): Promise<void> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--no-recurse-submodules', '--', opts.url, ...opts.refs];
  const access = remoteAccess(deps, opts.url);
  const fetched = await git({ ...access, host: deps.host, gitDir: opts.path, args, timeoutMs: REMOTE_TIMEOUT_MS, ...(deps.signal && { signal: deps.signal }) });
  if (fetched.code !== 0) throw refused(fetched);
}

async function resolve(deps: MirrorDeps, path: string, name: string): Promise<string | null> {
  const found = await git({ host: deps.host, gitDir: path, args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`] });
  return found.code === 0 ? found.stdout.trim() : null;
}

/** Commits that these refs of the mirror point to, those that are there. */
async function readTips(deps: MirrorDeps, path: string, refs: string[]): Promise<Map<string, string>> {
  const listed = await git({ host: deps.host, gitDir: path, args: ['for-each-ref', '--format=%(refname) %(objecttype) %(objectname)', '--', ...refs] });
  const rows = listed.stdout.split('\n').flatMap((line) => {
    const [ref, type, id] = line.split(' ');
    // A pattern also matches what lies below it.
    return ref && id && type === 'commit' && refs.includes(ref) ? [[ref, id] as const] : [];
  });
  return new Map(rows);
}

async function isAncestor(deps: MirrorDeps, path: string, opts: { older: string; newer: string }): Promise<boolean> {
  return (await git({ host: deps.host, gitDir: path, args: ['merge-base', '--is-ancestor', opts.older, opts.newer] })).code === 0;
}

async function mergeBase(deps: MirrorDeps, path: string, commits: [string, string]): Promise<string | null> {
  const found = await git({ host: deps.host, gitDir: path, args: ['merge-base', ...commits] });
  return found.code === 0 ? found.stdout.trim() : null;
}

/** The newest commit that the gate accepted for this branch, as the mirror has it; null where this DATA_DIR has none. */
export async function acceptedCommit(deps: MirrorDeps, opts: { cloneUrl: string; branch: string }): Promise<string | null> {
  const path = mirrorPath(deps, opts.cloneUrl);
  return existsSync(join(path, 'HEAD')) ? resolve(deps, path, `refs/heads/${opts.branch}`) : null;
}

export type PushOutcome =
  | { kind: 'pushed' }
  /** permanent: the remote answered and said no; a repeat would hear the same. */
  | { kind: 'failed'; permanent: boolean; message: string };

/**
 * Pushes a commit of the mirror to the real remote's branch of the same name. Safe to repeat: a remote that is there already is a success.
 * @param opts.expected tip of the remote branch that Postgres knows, null for "no such branch yet": nothing else is pushed over
 */
export async function pushToRemote(
  deps: MirrorDeps,
  opts: { cloneUrl: string; branch: string; commit: string; expected: string | null },
): Promise<PushOutcome> {
  const path = mirrorPath(deps, opts.cloneUrl);
  const ref = `refs/heads/${opts.branch}`;
  if (!existsSync(join(path, 'HEAD')) || (await resolve(deps, path, opts.commit)) === null)
    return { kind: 'failed', permanent: true, message: `This supervisor's mirror does not hold commit ${opts.commit}.` };
  let expected = opts.expected ?? '';
  try {
    const tip = (await askRemote(deps, opts.cloneUrl, [ref])).tips.get(ref);
    if (tip === opts.commit) return { kind: 'pushed' };
    // A tip that this commit builds upon is ours from before a kill, or loses nothing: it may stand where Postgres does not know it.
    if (tip !== undefined && (await isAncestor(deps, path, { older: tip, newer: opts.commit }))) expected = tip;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'failed', permanent: refusedByStatus(error.message), message: error.message };
  }
  const args = ['push', '--porcelain', '--no-verify', `--force-with-lease=${ref}:${expected}`, '--', opts.cloneUrl, `${opts.commit}:${ref}`];
  const access = remoteAccess(deps, opts.cloneUrl);
  const pushed = await git({ ...access, host: deps.host, gitDir: path, args, timeoutMs: REMOTE_TIMEOUT_MS, ...(deps.signal && { signal: deps.signal }) });
  if (pushed.code === 0) return { kind: 'pushed' };
  // --porcelain: a line that begins with "!" is the remote's answer for the ref, with its reason in brackets.
  const answer = pushed.stdout.split('\n').find((line) => line.startsWith('!'));
  const words = lastWords({ ...pushed, stderr: `${pushed.stderr}\n${answer?.replace(/^!\s*/, '') ?? ''}` });
  return { kind: 'failed', permanent: answer !== undefined || refusedByStatus(words), message: `git: ${words}` };
}

/** git (in the C locale) names the HTTP status of a refusal: 4xx will not change by itself, but for time-outs and rate limits. */
function refusedByStatus(words: string): boolean {
  if (/repository '.*' not found|Authentication failed for|could not read Username/.test(words)) return true;
  const status = Number(/returned error: (\d{3})/.exec(words)?.[1] ?? 0);
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
