import { AppError } from '../../server/domain/app-error.ts';
import { FILES_MAX, type ListedChange, readChangedFiles, showChange, splitPatch, worthReading } from '../../server/domain/work/changes.ts';
import type { ChangesAnswer } from '../../server/contracts/changes.ts';
import { git, lastWords } from './git.ts';
import type { MirrorCommit } from './mirror-tree.ts';

const LISTING_MAX_BYTES = 8 * 1024 * 1024;
const PATCHES_MAX_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** As often a file of very long lines is passed over, to read those behind it. */
const CUTS_MAX = 4;
/** Nothing that the repository says about its files starts a program. */
const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames'];

/**
 * What lies between an older commit of the mirror and this one, bounded in files and in text.
 * @throws AppError not_found where the mirror lacks one of them, unavailable where the diff is more than is read
 */
export async function changesSince(at: MirrorCommit, from: string, signal?: AbortSignal): Promise<ChangesAnswer> {
  const diff = (args: string[], maxBytes: number) =>
    git({
      host: at.host,
      gitDir: at.path,
      args: ['--literal-pathspecs', 'diff', ...PLAIN, ...args],
      maxBytes,
      timeoutMs: TIMEOUT_MS,
      ...(signal && { signal }),
    });
  const known = await git({ host: at.host, gitDir: at.path, args: ['cat-file', '--batch-check=%(objecttype)'], input: `${from}\n${at.commit}\n` });
  if (known.stdout !== 'commit\ncommit\n') throw new AppError('not_found', 'The mirror no longer holds these commits.');
  const listed = await diff(['--raw', '--numstat', '-z', from, at.commit], LISTING_MAX_BYTES);
  if (listed.code !== 0) throw new AppError('unavailable', `The changes cannot be listed: ${lastWords(listed)}`);
  const all = readChangedFiles(listed.stdout);
  const files = all.slice(0, FILES_MAX);
  const patches = new Map<string, string>();
  let wanted = worthReading(files);
  for (let cuts = 0; wanted.length > 0 && cuts <= CUTS_MAX; cuts++) {
    const shown = await diff(['--patch', from, at.commit, '--', ...pathsOf(wanted)], PATCHES_MAX_BYTES);
    const read = splitPatch(wanted, shown.stdout, shown.code !== 0);
    for (const [path, patch] of read) patches.set(path, patch);
    if (shown.code === 0) break;
    wanted = wanted.slice(read.size + 1);
  }
  const sum = (pick: (file: ListedChange) => number | null) => all.reduce((total, file) => total + (pick(file) ?? 0), 0);
  return {
    files: files.map((file) => showChange(file, patches.get(file.path))),
    unlisted: all.length - files.length,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
  };
}

const pathsOf = (files: readonly ListedChange[]) => files.flatMap(({ from, path }) => (from === null ? [path] : [from, path]));
