import { describe, expect, it } from 'vitest';
import { decideFileMarks, type FiledLearning, treePath } from './learning-files.ts';

const noted = (more: Partial<FiledLearning>): FiledLearning => ({ id: 'a', file: 'src/a.ts', commit: null, itemState: null, gone: false, ...more });
const tree = (present: string[], outside: string[] = []) => ({ present: new Set(present), outside: new Set(outside) });

describe('decideFileMarks', () => {
  it('flags what is missing, clears what is back, and leaves the rest', () => {
    const list = [noted({}), noted({ id: 'b', file: 'b.ts', gone: true }), noted({ id: 'c', file: 'c.ts', gone: true }), noted({ id: 'd', file: 'b.ts' })];
    expect(decideFileMarks(list, tree(['b.ts']))).toEqual({ gone: ['a'], back: ['b'] });
  });

  it('does not judge a file by a base that has not got the work yet', () => {
    const open = noted({ itemState: 'in_review', commit: 'c1' });
    expect(decideFileMarks([open], tree([], ['c1'])).gone).toEqual([]);
    expect(decideFileMarks([{ ...open, commit: null }], tree([])).gone).toEqual([]);
    expect(decideFileMarks([{ ...open, itemState: 'completed' }], tree([], ['c1'])).gone).toEqual([]);
    expect(decideFileMarks([open], tree([])).gone).toEqual(['a']);
    // Squashed: its commit is nowhere in the base, but the work is.
    expect(decideFileMarks([{ ...open, itemState: 'merged' }], tree([], ['c1'])).gone).toEqual(['a']);
    expect(decideFileMarks([{ ...open, itemState: 'closed' }], tree([], ['c1'])).gone).toEqual(['a']);
  });

  it('does not judge what names no path of a repository', () => {
    const odd = ['/etc/passwd', '../x', 'a//b', 'https://a.test/x', 'a\nb', './', 'a/./b'];
    expect(
      decideFileMarks(
        odd.map((file) => noted({ file })),
        tree([]),
      ).gone,
    ).toEqual([]);
  });
});

it('reads a path as people write it', () => {
  expect(['./src/a.ts', 'src/a.ts:12', 'src/a.ts#L3-L9', 'src/', 'a:b.ts'].map(treePath)).toEqual(['src/a.ts', 'src/a.ts', 'src/a.ts', 'src', 'a:b.ts']);
});
