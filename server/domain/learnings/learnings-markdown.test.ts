import { expect, it } from 'vitest';
import { readLearnings } from './learnings-markdown.ts';

it('reads the three kinds, and a line without a kind as an approach', () => {
  const text = '# Notes\n\n- Pattern: Use `gh pr create`\n- Gotcha: strict mode\n* **Approach**: Run tests\n1. plain words\nnot a list line\n-\n';
  expect(readLearnings(text)).toEqual([
    { kind: 'pattern', text: 'Use `gh pr create`' },
    { kind: 'gotcha', text: 'strict mode' },
    { kind: 'approach', text: 'Run tests' },
    { kind: 'approach', text: 'plain words' },
  ]);
});

it('reads of what is no list what is one, and of very many the first', () => {
  expect(readLearnings(`\0\uFFFD\u0001- not at the start\n${'\uFFFD'.repeat(1_000)}`)).toEqual([]);
  expect(readLearnings('```md\n- Gotcha: `a`\n```\n> - quoted\n| - table |\n<!-- \n- Pattern: hidden\n-->')).toEqual([
    { kind: 'gotcha', text: '`a`' },
    { kind: 'pattern', text: 'hidden' },
  ]);
  const lines = readLearnings(Array.from({ length: 10_000 }, (_, n) => `- Gotcha: number ${n}`).join('\n'));
  expect([lines.length, lines[0]?.text, lines.at(-1)?.text]).toEqual([50, 'number 0', 'number 49']);
});

it('takes a bounded number of bounded lines', () => {
  const many = readLearnings(Array.from({ length: 500 }, () => `- ${'x'.repeat(5_000)}`).join('\n'));
  expect(many).toHaveLength(50);
  expect(many[0]?.text).toHaveLength(2_000);
});
