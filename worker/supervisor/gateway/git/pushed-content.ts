import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type GitCall, type HostEnv, lastWords } from '../../git.ts';
import { BASE_REFS } from '../../mirrors.ts';
import type { PushedContent, RefUpdate } from '../gate-rules.ts';

const SUBMODULE = '160000';
const LOOK_TIMEOUT_MS = 60_000;

interface Entry {
  path: string;
  mode: string;
  blob: string;
}

/**
 * Reads what a push would add while its objects are still in quarantine.
 * Paths are those of every new commit (a change that a later commit takes back stays in the history), without what the
 * base branch did itself and a merge only brought in.
 * @throws where git cannot say: the caller refuses the push then
 */
export async function readPushedContent(opts: {
  host: HostEnv;
  mirror: string;
  quarantine: string | null;
  update: RefUpdate;
  signal: AbortSignal;
}): Promise<PushedContent> {
  const { update } = opts;
  const call: Omit<GitCall, 'args'> = {
    host: opts.host,
    gitDir: opts.mirror,
    signal: opts.signal,
    timeoutMs: LOOK_TIMEOUT_MS,
    env: opts.quarantine === null ? {} : { GIT_OBJECT_DIRECTORY: opts.quarantine, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(opts.mirror, 'objects') },
  };
  const run = async (args: string[], input?: string) => {
    const result = await git({ ...call, args, ...(input !== undefined && { input }) });
    if (result.code !== 0) throw new Error(`git ${args[0] ?? ''}: ${lastWords(result)}`);
    return result.stdout;
  };
  const nothing = { paths: [], submodules: [], packBytes: 0, totalBytes: 0, largest: null };
  if ((await run(['cat-file', '-t', update.new])).trim() !== 'commit') return { ...nothing, isCommit: false, fastForward: false };
  const ancestor = await git({ ...call, args: ['merge-base', '--is-ancestor', update.old, update.new] });
  if (ancestor.code !== 0) return { ...nothing, isCommit: true, fastForward: false };

  const range = [`${update.old}..${update.new}`, '--not', `--glob=${BASE_REFS}*`];
  const raw = ['--raw', '-z', '--no-abbrev', '--no-renames'];
  const entries = parseRaw(await run(['log', '--format=', '-c', ...raw, ...range, '--']));
  if ((await run(['rev-list', '--merges', '--max-count=1', ...range])).trim() !== '') entries.push(...(await mergedEntries(run, update)));
  const sizes = parseSizes(await run(['cat-file', '--batch-check=%(objectname) %(objectsize)'], blobs(entries).join('\n')));
  let largest: PushedContent['largest'] = null;
  for (const entry of entries) {
    const bytes = sizes.get(entry.blob) ?? 0;
    if (largest === null || bytes > largest.bytes) largest = { path: entry.path, bytes };
  }
  return {
    isCommit: true,
    fastForward: true,
    paths: [...new Set(entries.map((entry) => entry.path))].sort(),
    submodules: [...new Set(entries.filter((entry) => entry.mode === SUBMODULE).map((entry) => entry.path))],
    packBytes: opts.quarantine === null ? 0 : await folderBytes(opts.quarantine),
    totalBytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    largest,
  };
}

/** A merge may bring back an old state of a path, which no commit of its own shows: what differs from before and from every base. */
async function mergedEntries(run: (args: string[]) => Promise<string>, update: RefUpdate): Promise<Entry[]> {
  const tree = ['diff-tree', '-r', '--raw', '-z', '--no-abbrev', '--no-renames'];
  let entries = parseRaw(await run([...tree, update.old, update.new]));
  const bases = (await run(['for-each-ref', '--format=%(objectname)', BASE_REFS])).split('\n').filter((line) => line !== '');
  for (const base of bases) {
    const differing = new Set(parseRaw(await run([...tree, base, update.new])).map((entry) => entry.path));
    entries = entries.filter((entry) => differing.has(entry.path));
  }
  return entries;
}

/** Entries of `--raw -z`: one colon a parent, modes, object names and a status, then the path. */
function parseRaw(text: string): Entry[] {
  const tokens = text.split('\0').map((token) => token.replace(/^\n+/, ''));
  const entries: Entry[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] ?? '';
    if (token === '') continue;
    const match = /^:+((?:[0-7]{6} )+)((?:[0-9a-f]{40} )+)[A-Z]+$/.exec(token);
    const path = tokens[i + 1];
    if (match === null || path === undefined) throw new Error('git: unknown line in the list of changes');
    entries.push({ path, mode: match[1]?.trim().split(' ').at(-1) ?? '', blob: match[2]?.trim().split(' ').at(-1) ?? '' });
    i += 1;
  }
  return entries;
}

function blobs(entries: Entry[]): string[] {
  return [...new Set(entries.filter((entry) => entry.mode !== SUBMODULE && !/^0+$/.test(entry.blob)).map((entry) => entry.blob))];
}

function parseSizes(text: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, size] = line.split(' ');
    if (name && size && /^\d+$/.test(size)) sizes.set(name, Number(size));
  }
  return sizes;
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
