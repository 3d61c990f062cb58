import type { ListedLearning } from './learnings-markdown.ts';
import { readLearnings, writeLearnings } from './learnings-markdown.ts';
import { sameness } from './learning-text.ts';

export const SECTION_START = '<!-- ai-factory:learnings:start -->';
export const SECTION_END = '<!-- ai-factory:learnings:end -->';
const HEADING = '## Learnings';
/** Of a file's own list lines so many are compared with the learnings. */
const LINES_MAX = 10_000;

export type Rewritten =
  | { kind: 'rewritten'; text: string; /** Learnings in the section. */ count: number }
  /** The file says it all already. */
  | { kind: 'unchanged' }
  | { kind: 'refused'; because: string };

/**
 * The file with its section of learnings: in place of the earlier one, else at the end. All else stays as it is, byte for byte, and the
 * lines end as the file's first does. What the file says outside the section is not said twice.
 * @param before null: there is no such file yet
 */
export function rewriteSection(before: string | null, list: readonly ListedLearning[]): Rewritten {
  const file = before ?? '';
  const found = findSection(file);
  if (typeof found === 'string') return { kind: 'refused', because: found };
  const eol = /^[^\n]*\r\n/.test(file) ? '\r\n' : '\n';
  const around = found ? file.slice(0, found.from) + file.slice(found.to) : file;
  const said = new Set(readLearnings(around, LINES_MAX).map(({ text }) => sameness(text)));
  const fresh = list.filter(({ text }) => !said.has(sameness(text)));
  if (fresh.length === 0 && !found) return { kind: 'unchanged' };
  const section = compose(fresh).join(eol);
  const text = found ? file.slice(0, found.from) + section + file.slice(found.to) : `${file}${gap(file, eol)}${section}${eol}`;
  return text === file ? { kind: 'unchanged' } : { kind: 'rewritten', text, count: fresh.length };
}

function compose(list: readonly ListedLearning[]): string[] {
  if (list.length === 0) return [SECTION_START, SECTION_END];
  const lines = writeLearnings(list.map(({ kind, text }) => ({ kind, text: harmless(text) })));
  return [SECTION_START, HEADING, '', ...lines.trimEnd().split('\n'), SECTION_END];
}

function gap(file: string, eol: string): string {
  if (file === '') return '';
  return file.endsWith('\n') ? eol : eol + eol;
}

/** Opens and closes no comment, so that it neither ends the section nor hides what follows. */
function harmless(text: string): string {
  return text.replace(/<(?=!--)/g, '&lt;').replace(/--(!?)>/g, '--$1&gt;');
}

/** Where the section stands, its markers included; null where there is none, a sentence where a guess would be needed. */
function findSection(file: string): { from: number; to: number } | null | string {
  const starts: { from: number; to: number }[] = [];
  const ends: { from: number; to: number }[] = [];
  for (const { 0: line, index } of file.matchAll(/[^\r\n]+/g)) {
    const place = { from: index, to: index + line.length };
    if (line.trim() === SECTION_START) starts.push(place);
    if (line.trim() === SECTION_END) ends.push(place);
  }
  const [start] = starts;
  const [end] = ends;
  if (!start && !end) return null;
  if (!start || !end) return `its section of learnings has a ${start ? 'start' : 'end'} marker without the other one: put it right by hand first`;
  if (starts.length > 1 || ends.length > 1 || end.from < start.from)
    return 'the markers of its section of learnings are not one pair: put them right by hand first';
  return { from: start.from, to: end.to };
}

/** The list lines beneath headings that say “Learnings”, up to the next heading of their level. */
export function learningsOf(file: string, most: number): ListedLearning[] {
  let level = 0;
  const lines = file.split(/\r?\n/).filter((line) => {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (!heading) return level > 0;
    const depth = heading[1]?.length ?? 0;
    if (/\blearnings\b/i.test(heading[2] ?? '')) level = level === 0 ? depth : Math.min(level, depth);
    else if (depth <= level) level = 0;
    return false;
  });
  return readLearnings(lines.join('\n'), most).map(({ kind, text }) => ({ kind, text: text.replace(/&lt;(?=!--)/g, '<').replace(/--(!?)&gt;/g, '--$1>') }));
}
