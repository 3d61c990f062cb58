import type { ParsedSpec } from './spec.ts';
import { locateExcess } from './spec-limits.ts';

/** What is wrong with a spec at one of its lines, in a sentence. */
export interface SpecProblem {
  /** Counted from 1. */
  line: number;
  what: string;
  /** The factory does not take the spec as it is; else a line is only not what it looks like. */
  refused: boolean;
}

/** What is said of a spec without a task, with what to type. */
export const NO_TASK = 'it has no task. Write each as a line “- [ ] what is to be done”, outside of code blocks.';

const BULLET = String.raw`(?:[-*+]|\d{1,9}[.)])`;
const QUOTES = String.raw`^[ \t>]*`;
/** A box as it must be, with a text behind it. */
const TASK = new RegExp(`${QUOTES}${BULLET}[ \\t]+\\[[ \\txX]\\][ \\t]+\\S`);
const EMPTY_BOX = new RegExp(`${QUOTES}${BULLET}[ \\t]+\\[[ \\txX]\\][ \\t]*$`);
const NO_BULLET = new RegExp(`${QUOTES}\\[[ xX]\\][ \\t]+\\S`);
/** A bullet with something like a box; what a link, a reference or a definition begins with is none. */
const NEAR_BOX = new RegExp(`${QUOTES}${BULLET}[ \\t]*\\[[ \\txX✓✔vV*-]{0,3}\\](?![(:[])`);

/**
 * Finds what the factory will not take, and lines that look like tasks and are read as none.
 * @param markdown the spec
 * @param parsed what parseSpec made of it
 */
export function findSpecProblems(markdown: string, parsed: ParsedSpec): SpecProblem[] {
  const excess = locateExcess(markdown);
  if (excess) return [{ line: excess.line, what: `The spec is not read: ${excess.why}.`, refused: true }];
  const tasks = new Set(parsed.tasks.map((task) => task.line));
  return markdown.split(/\r\n?|\n/).flatMap((text, index): SpecProblem[] => {
    const line = index + 1;
    if (text.includes('\0')) return [{ line, what: 'It holds a NUL byte, which cannot be kept: delete it.', refused: true }];
    const what = tasks.has(line) ? null : whyNoTask(text);
    return what === null ? [] : [{ line, what, refused: false }];
  });
}

/** Null where the line does not look like a task. */
function whyNoTask(text: string): string | null {
  if (TASK.test(text)) return 'Not read as a task: it stands in code, in HTML or in the middle of a paragraph.';
  if (EMPTY_BOX.test(text)) return 'A box without a text is no task: say what is to be done.';
  if (NO_BULLET.test(text)) return 'Not a task without a dash: begin the line with “- [ ] ”.';
  if (NEAR_BOX.test(text)) return 'Not a task as it is written: a dash, a space, “[ ]”, a space, then the text.';
  return null;
}
