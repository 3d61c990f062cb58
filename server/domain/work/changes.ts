import type { FileChange } from '../../contracts/changes.ts';
import { cleanText } from '../redaction.ts';

/** A file of a diff before its patch was read. */
export type ListedChange = Omit<FileChange, 'patch' | 'withheld'>;

/** More files than this are counted, not listed. */
export const FILES_MAX = 500;
/** A file of more changed lines is not shown: nobody reads it here. */
const FILE_LINES_MAX = 3_000;
const LINES_MAX = 20_000;
/** Of one file's patch. */
export const PATCH_MAX_CHARS = 256 * 1024;

const STATUS: Record<string, ListedChange['status']> = { A: 'added', M: 'modified', D: 'deleted', R: 'renamed', C: 'copied', T: 'type' };

/**
 * The files of `git diff --raw --numstat -z`, in git's order.
 * @throws Error where it is not that
 * @see https://git-scm.com/docs/diff-format
 */
export function readChangedFiles(listing: string): ListedChange[] {
  const fields = listing.split('\0');
  const kinds: { status: ListedChange['status']; from: string | null; path: string }[] = [];
  let at = 0;
  for (; fields[at]?.startsWith(':'); at++) {
    const letter = fields[at]?.split(' ')[4]?.[0] ?? '';
    const status = STATUS[letter];
    const from = letter === 'R' || letter === 'C' ? fields[++at] : null;
    const path = fields[++at];
    if (!status || from === undefined || !path) throw new Error(`git diff --raw: ${letter} is not understood`);
    kinds.push({ status, from, path });
  }
  return kinds.map(({ status, from, path }) => {
    const [added, deleted, name] = fields[at++]?.split('\t') ?? [];
    if (added === undefined || deleted === undefined) throw new Error(`git diff --numstat: nothing is said of ${path}`);
    if (name === '') at += 2; // a rename's two paths follow
    return { path, from, status, additions: count(added), deletions: count(deleted) };
  });
}

const count = (lines: string) => (lines === '-' ? null : Number(lines));

/** Of these files, in order, those whose patches are worth reading: neither binary nor longer than a person reads. */
export function worthReading(files: readonly ListedChange[]): ListedChange[] {
  let lines = 0;
  return files.filter(({ additions, deletions }) => {
    if (additions === null || deletions === null) return false;
    const own = additions + deletions;
    if (own > FILE_LINES_MAX || lines + own > LINES_MAX) return false;
    lines += own;
    return true;
  });
}

/**
 * The patch of each of these files, of what `git diff` printed of them in the same order.
 * A text that was cut has the patches up to the cut, without the one that was cut through.
 */
export function splitPatch(files: readonly ListedChange[], text: string, cut: boolean): Map<string, string> {
  // Every line of a hunk begins with a blank, a sign or a backslash; only \n ends one.
  const sections = text.split(/(?<=\n)(?=diff --git )/).filter((section) => section !== '');
  if (cut) sections.pop();
  const patches = new Map<string, string>();
  let at = 0;
  for (const { path, status } of files) {
    // A file that became a link, or the like, is a deletion and an addition.
    const own = sections.slice(at, (at += status === 'type' ? 2 : 1));
    if (own.length < (status === 'type' ? 2 : 1)) break;
    patches.set(path, own.join(''));
  }
  return patches;
}

/** Characters that turn the direction of reading: code that they stand in is not what it looks like. CVE-2021-42574. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A file as it may be kept and shown: without secrets, without what is too long, and with nothing in it that hides. */
export function showChange(file: ListedChange, patch: string | undefined): FileChange {
  if (file.additions === null) return { ...file, patch: null, withheld: 'binary' };
  if (patch === undefined || patch.length > PATCH_MAX_CHARS) return { ...file, patch: null, withheld: 'large' };
  const clean = cleanText(patch).replace(TURNS, (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase()}⟩`);
  // Where a secret of several lines is gone, the hunks no longer add up.
  if (clean.split('\n').length !== patch.split('\n').length) return { ...file, patch: null, withheld: 'secret' };
  return { ...file, patch: clean, withheld: null };
}
