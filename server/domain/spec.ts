import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import type { Task } from '../contracts/rest.ts';

/** A spec as it was read: its first heading, and one task per checkbox, in the order of the text. */
export interface ParsedSpec {
  title: string | null;
  tasks: Task[];
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
  const tree = parse(markdown);
  const heading = tree.children.find((node) => node.type === 'heading');
  const title = heading ? toString(heading).replace(/\s+/g, ' ').trim() : '';
  return { title: title === '' ? null : title, tasks: findTasks(tree, markdown).map(({ text, done, depth, line }) => ({ text, done, depth, line })) };
}

/**
 * Ticks the boxes of the stored spec that the agent's copy has ticked. Only boxes change: a task that is missing or reworded in
 * the copy stays open, and one that is checked already stays checked. Equal texts are matched in order.
 * @returns the stored spec's text with those boxes ticked, and the texts of the tasks that were ticked now
 */
export function checkTasks(stored: string, copy: string): { spec: string; checked: string[] } {
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

/** How many tasks there are and how many are checked. */
export function countTasks(tasks: readonly Task[]): { done: number; total: number } {
  return { done: tasks.filter((task) => task.done).length, total: tasks.length };
}

function parse(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
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
        text: paragraph ? toString(paragraph).replace(/\s+/g, ' ').trim() : '',
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
