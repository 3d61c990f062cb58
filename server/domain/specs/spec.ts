import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import type { Task } from '../../contracts/rest.ts';
import { findExcess } from './spec-limits.ts';

/** A spec as it was read: its first heading, and one task per checkbox, in the order of the text. */
export interface ParsedSpec {
  title: string | null;
  tasks: Task[];
  /** Why the text was not read (too deep, too many lines), as the end of a sentence; null where it was. */
  refused: string | null;
}

interface FoundTask extends Task {
  /** Offset of the character between the brackets. */
  boxOffset: number;
}

/**
 * Reads GitHub-flavoured markdown. Tasks count at any depth and in any list style, never inside code.
 * @param markdown the spec
 */
export function parseSpec(markdown: string): ParsedSpec {
  const refused = findExcess(markdown);
  if (refused !== null) return { title: null, tasks: [], refused };
  const tree = parse(markdown);
  const heading = tree.children.find((node) => node.type === 'heading');
  const title = heading ? plainText(heading) : '';
  const tasks = findTasks(tree, markdown).map(({ text, done, depth, line }) => ({ text, done, depth, line }));
  return { title: title === '' ? null : title, tasks, refused: null };
}

/**
 * Ticks the boxes of the stored spec that the agent's copy has ticked. Only boxes change: a task that is missing or reworded in
 * the copy stays open, and one that is checked already stays checked. Equal texts are matched in order.
 * @returns the stored spec's text with those boxes ticked, and the texts of the tasks that were ticked now
 */
export function checkTasks(stored: string, copy: string): { spec: string; checked: string[] } {
  if (findExcess(stored) !== null || findExcess(copy) !== null) return { spec: stored, checked: [] };
  const done = new Map<string, boolean[]>();
  for (const task of findTasks(parse(copy), copy)) done.set(task.text, [...(done.get(task.text) ?? []), task.done]);
  let spec = stored;
  const checked: string[] = [];
  for (const task of findTasks(parse(stored), stored)) {
    const isDone = done.get(task.text)?.shift() ?? false;
    if (task.done || !isDone) continue;
    spec = `${spec.slice(0, task.boxOffset)}x${spec.slice(task.boxOffset + 1)}`;
    checked.push(task.text);
  }
  return { spec, checked };
}

/**
 * Like checkTasks, for a copy that comes from a worker: it must be the stored text but for its boxes, so it is never parsed.
 * @returns the stored spec's text with the newly ticked boxes, and how many tasks are done then; null where nothing is new
 */
export function tickBoxes(stored: string, copy: string): { spec: string; done: number } | null {
  if (copy === stored || withoutTicks(copy) !== withoutTicks(stored) || findExcess(stored) !== null) return null;
  let spec = stored;
  let done = 0;
  for (const task of findTasks(parse(stored), stored)) {
    const isTicked = /[xX]/.test(copy.charAt(task.boxOffset));
    if (!task.done && isTicked) spec = `${spec.slice(0, task.boxOffset)}x${spec.slice(task.boxOffset + 1)}`;
    if (task.done || isTicked) done += 1;
  }
  return spec === stored ? null : { spec, done };
}

function withoutTicks(text: string): string {
  return text.replace(/\[[xX]\]/g, '[ ]');
}

/** How many tasks there are and how many are checked. */
export function countTasks(tasks: readonly Task[]): { done: number; total: number } {
  return { done: tasks.filter((task) => task.done).length, total: tasks.length };
}

/** Not read while the lists are found: many of them in one paragraph take time that grows with the square of its length. */
const INLINE = [
  ...['attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'hardBreakEscape', 'htmlText'],
  ...['labelEnd', 'labelStartImage', 'labelStartLink', 'definition', 'table', 'strikethrough'],
  ...['wwwAutolink', 'protocolAutolink', 'emailAutolink', 'gfmFootnoteCall', 'gfmPotentialFootnoteCall', 'gfmFootnoteDefinition'],
];
/** Not read in the text of one task, which is one paragraph whatever it begins with. */
const BLOCKS = [
  ...['blockQuote', 'codeFenced', 'codeIndented', 'definition', 'headingAtx', 'htmlFlow', 'list', 'setextUnderline', 'table'],
  ...['thematicBreak', 'gfmFootnoteDefinition'],
];
/** A longer text of a task is shown as it was written, marks included. */
const INLINE_MAX_CHARS = 500;
/** Without the search for addresses in all of the text: nothing here asks for links. */
const fromGfm = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }));

function read(markdown: string, disabled: string[]): Root {
  return fromMarkdown(markdown, { extensions: [gfm(), { disable: { null: disabled } }], mdastExtensions: fromGfm });
}

function parse(markdown: string): Root {
  return read(markdown, INLINE);
}

/** What a person reads: without emphasis, link targets, code marks. */
function plainText(node: Nodes): string {
  const raw = toString(node).replace(/\s+/g, ' ').trim();
  if (raw.length > INLINE_MAX_CHARS || !/[*_`[\]<>&\\~!]/.test(raw)) return raw;
  return toString(read(raw, BLOCKS)).replace(/\s+/g, ' ').trim();
}

function findTasks(tree: Root, markdown: string): FoundTask[] {
  const found: FoundTask[] = [];
  const walk = (node: Nodes, depth: number): void => {
    if (node.type === 'listItem' && typeof node.checked === 'boolean') {
      const paragraph = node.children[0];
      const start = node.position?.start;
      const offset = start?.offset ?? 0;
      const box = markdown.indexOf('[', offset);
      found.push({
        text: paragraph ? plainText(paragraph) : '',
        done: node.checked,
        depth: Math.max(0, depth - 1),
        line: start?.line ?? 1,
        boxOffset: box + 1,
      });
    }
    if ('children' in node) for (const child of node.children) walk(child, node.type === 'list' ? depth + 1 : depth);
  };
  walk(tree, 0);
  return found.filter((task) => task.text !== '');
}
