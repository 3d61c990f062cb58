import type { LearningKind } from '../../contracts/learnings.ts';
import { LEARNING_TEXT_MAX } from '../../contracts/vocabulary.ts';

export interface ListedLearning {
  kind: LearningKind;
  text: string;
}

/** Of what an iteration notes, so many are kept. */
const PER_ITERATION_MAX = 50;
const TITLES: Record<LearningKind, string> = { pattern: 'Pattern', gotcha: 'Gotcha', approach: 'Approach' };

/** Reads a list as `.ai/new-learnings.md` holds it: one list line each, `- Pattern: …`; a line without a kind is an approach. */
export function readLearnings(markdown: string, most = PER_ITERATION_MAX): ListedLearning[] {
  return markdown
    .split(/\r?\n/)
    .map((line) => /^\s*(?:[-*+]|\d+[.)])\s+(.*\S)\s*$/.exec(line)?.[1])
    .filter((text) => text !== undefined)
    .map((text): ListedLearning => {
      const kind = /^\**(pattern|gotcha|approach)\**\s*:\**\s*(.+)$/i.exec(text);
      if (kind === null) return { kind: 'approach', text: text.slice(0, LEARNING_TEXT_MAX) };
      return { kind: (kind[1] ?? 'approach').toLowerCase() as LearningKind, text: (kind[2] ?? '').slice(0, LEARNING_TEXT_MAX) };
    })
    .slice(0, most);
}

/** The same list, as readLearnings reads it. */
export function writeLearnings(list: readonly ListedLearning[]): string {
  return list.map(({ kind, text }) => `- ${TITLES[kind]}: ${text.replace(/\s+/g, ' ')}\n`).join('');
}
