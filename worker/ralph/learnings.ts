export type LearningKind = 'pattern' | 'gotcha' | 'approach';
export interface NotedLearning {
  kind: LearningKind;
  text: string;
}

const MOST = 50;
const TEXT_MAX_CHARS = 2_000;

/** Reads `.ai/new-learnings.md`: one list line each, `- Pattern: …`; a line without a kind is an approach. */
export function readLearnings(markdown: string): NotedLearning[] {
  return markdown
    .split('\n')
    .map((line) => /^\s*(?:[-*+]|\d+[.)])\s+(.*\S)\s*$/.exec(line)?.[1])
    .filter((text) => text !== undefined)
    .map((text): NotedLearning => {
      const kind = /^\**(pattern|gotcha|approach)\**\s*:\**\s*(.+)$/i.exec(text);
      if (kind === null) return { kind: 'approach', text: text.slice(0, TEXT_MAX_CHARS) };
      return { kind: (kind[1] ?? 'approach').toLowerCase() as LearningKind, text: (kind[2] ?? '').slice(0, TEXT_MAX_CHARS) };
    })
    .slice(0, MOST);
}
