import { describe, expect, test } from 'vitest';
import { parseSpec } from './spec.ts';
import { findSpecProblems } from './spec-problems.ts';

const find = (markdown: string) => findSpecProblems(markdown, parseSpec(markdown));

describe('findSpecProblems', () => {
  test.each([
    ['-[ ] no space', /a dash, a space/],
    ['- [] no blank', /a dash, a space/],
    ['- [ ]no space', /a dash, a space/],
    ['* [✓] another mark', /a dash, a space/],
    ['[ ] no bullet', /without a dash/],
    ['> [x] quoted', /without a dash/],
    ['- [ ]', /without a text/],
    ['2. [x]  ', /without a text/],
  ])('%s is no task, and the line says why', (written, what) => {
    expect(find(`# T\r\n\r\n- [ ] good\n\n${written}\n`)).toEqual([{ line: 5, what: expect.stringMatching(what) as string, refused: false }]);
  });

  test('a task inside code, HTML or a paragraph is named at its line', () => {
    const markdown = '```\n- [ ] fenced\n```\n\n<div>\n- [ ] in html\n</div>\n\ntext\n2. [ ] in a paragraph\n\n- [ ] good';
    expect(find(markdown).map(({ line }) => line)).toEqual([2, 6, 10]);
  });

  test('nothing is said of tasks, links, references, and of text that goes on', () => {
    expect(find('# T\n\n- [x] a\n  - [ ] b\n> 1) [X] c\n\n- [the page](https://x.test)\n- [x](y)\n- [ ][ref]\n- [note]\n- plain [ ] box\n')).toEqual([]);
    expect(find('')).toEqual([]);
  });

  test('what is refused is found at the line where it became too much', () => {
    expect(find('- [ ] task\n'.repeat(2_001))).toEqual([{ line: 2_001, what: 'The spec is not read: it has over 2000 lines of lists.', refused: true }]);
    expect(find(`- [ ] a\n\n${'>'.repeat(40)} deep`)).toMatchObject([{ line: 3, refused: true }]);
    expect(find('- [ ] a\n\nb\0c')).toMatchObject([{ line: 3, what: expect.stringContaining('NUL') as string, refused: true }]);
  });

  test('30 of them are 30, and text made to be slow holds nothing up', () => {
    expect(find('-[ ] x\n\n'.repeat(30))).toHaveLength(30);
    for (const evil of ['> '.repeat(16), '-'.repeat(250_000), ' '.repeat(250_000), `- [${' '.repeat(250_000)}`, '1'.repeat(250_000)]) {
      expect(find(evil)).toEqual([]);
    }
  });
});
