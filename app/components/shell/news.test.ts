import { describe, expect, it } from 'vitest';
import type { Status } from '../../../server/contracts/rest.ts';
import { newsOf } from './news.ts';

type Looked = Pick<Status, 'needsYou' | 'recentPullRequests'>;
const stuck = (id: string, state: 'stuck' | 'failed' = 'stuck') => ({ id, title: `Item ${id}`, state, reason: 'no progress' });
const pull = (id: string, state: 'in_review' | 'merged' | 'closed' | 'running' = 'in_review') => ({
  id,
  title: `Item ${id}`,
  prUrl: 'x',
  state,
  event: 'opened' as const,
  at: 'x',
});

/** What is heard of at each look of a row of looks. */
function hear(looks: Partial<Looked>[]): string[][] {
  let seen: Set<string> | null = null;
  return looks.map((look) => {
    const next = newsOf({ needsYou: [], recentPullRequests: [], ...look }, seen);
    seen = next.seen;
    return next.news.map(({ tag }) => tag);
  });
}

describe('newsOf', () => {
  it('tells nothing of what was there at the first look, and each thing once', () => {
    const second = { needsYou: [stuck('a'), stuck('b')] };
    expect(hear([{ needsYou: [stuck('a')] }, second, second])).toEqual([[], ['b stuck'], []]);
  });

  it('tells anew what was mended and is stuck again, and what changed its state', () => {
    expect(hear([{}, { needsYou: [stuck('a')] }, {}, { needsYou: [stuck('a')] }, { needsYou: [stuck('a', 'failed')] }])).toEqual([
      [],
      ['a stuck'],
      [],
      ['a stuck'],
      ['a failed'],
    ]);
  });

  it('tells of a pull request that is ready, not of one that is merged or that comes back among the last few', () => {
    expect(hear([{}, { recentPullRequests: [pull('a')] }, {}, { recentPullRequests: [pull('a')] }, { recentPullRequests: [pull('b', 'merged')] }])).toEqual([
      [],
      ['a in_review'],
      [],
      [],
      [],
    ]);
    const again = [{ recentPullRequests: [pull('a')] }, { needsYou: [stuck('a')] }, { recentPullRequests: [pull('a')] }];
    expect(hear([{}, ...again])).toEqual([[], ['a in_review'], ['a stuck'], ['a in_review']]);
  });

  it('tells anew of a pull request that was closed and is ready again after a retry', () => {
    const looks = (['in_review', 'closed', 'running', 'in_review', 'in_review'] as const).map((state) => ({ recentPullRequests: [pull('a', state)] }));
    expect(hear([{}, ...looks])).toEqual([[], ['a in_review'], [], [], ['a in_review'], []]);
  });

  it('says why', () => {
    const { news } = newsOf({ needsYou: [stuck('a'), { ...stuck('b'), reason: null }], recentPullRequests: [] }, new Set());
    expect(news.map(({ text }) => text)).toEqual(['stuck: no progress', 'stuck']);
  });
});
