import { describe, expect, it } from 'vitest';
import { fuse, isStale, lean, rank, RRF_K, type Standing } from './learning-rank.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const days = (n: number) => new Date(NOW.getTime() - n * 86_400_000);
const plain: Standing = { outcome: { runs: 0, verified: 0, merged: 0, stuck: 0, failed: 0 }, seen: 1, pinned: false, fileGone: false, lastNeededAt: NOW };
const ended = (verified: number, failed: number): Standing => ({ ...plain, outcome: { ...plain.outcome, runs: verified + failed, verified, failed } });

describe('fuse', () => {
  it('joins lists by reciprocal rank, as the paper has it, and says where each was found', () => {
    const hits = fuse({ words: ['a', 'b'], letters: [], meaning: ['b', 'c'] });
    expect(hits.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(hits[0]).toEqual({ id: 'b', score: 1 / (RRF_K + 2) + 1 / (RRF_K + 1), why: { words: 2, letters: null, meaning: 1 } });
  });
});

describe('lean', () => {
  it('lets what goes with failures sink, and what goes with verified runs rise', () => {
    expect(lean(ended(0, 4), NOW)).toBeLessThan(lean(plain, NOW));
    expect(lean(ended(4, 0), NOW)).toBeGreaterThan(lean(plain, NOW));
    expect(lean(ended(0, 8), NOW)).toBeLessThan(lean(ended(0, 2), NOW));
  });

  it('puts what nobody needs for 90 days, and what has lost its file, behind; what is pinned before', () => {
    const old = { ...plain, lastNeededAt: days(91) };
    expect([isStale(old, NOW), isStale({ ...old, pinned: true }, NOW), isStale({ ...plain, lastNeededAt: days(89) }, NOW)]).toEqual([true, false, false]);
    expect(lean(old, NOW)).toBeLessThan(lean(plain, NOW));
    expect(lean({ ...plain, fileGone: true }, NOW)).toBeLessThan(lean(plain, NOW));
    expect(lean({ ...plain, pinned: true }, NOW)).toBeGreaterThan(lean(plain, NOW));
  });
});

it('puts the one whose file is gone behind its equal, though it was found first', () => {
  const standings = new Map([
    ['a-gone', { ...plain, fileGone: true }],
    ['b-there', plain],
  ]);
  const hits = fuse({ words: ['a-gone', 'b-there'], letters: [], meaning: ['a-gone', 'b-there'] });
  expect(rank(hits, { standingOf: (id) => standings.get(id), now: NOW }).map(({ id }) => id)).toEqual(['b-there', 'a-gone']);
});

it('ranks equal matches by how they served; the best has score 1, and what is gone is left out', () => {
  const standings = new Map([
    ['bad', ended(0, 5)],
    ['good', ended(5, 0)],
  ]);
  const hits = fuse({ words: ['bad', 'good', 'gone'], letters: [], meaning: [] });
  const ranked = rank(hits, { standingOf: (id) => standings.get(id), now: NOW });
  expect(ranked.map(({ id }) => id)).toEqual(['good', 'bad']);
  expect(ranked[0]?.score).toBe(1);
});
