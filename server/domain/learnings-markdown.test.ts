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

it('takes a bounded number of bounded lines', () => {
  const many = readLearnings(Array.from({ length: 500 }, () => `- ${'x'.repeat(5_000)}`).join('\n'));
  expect(many).toHaveLength(50);
  expect(many[0]?.text).toHaveLength(2_000);
});
