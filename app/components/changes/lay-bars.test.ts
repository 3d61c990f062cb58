import { expect, test } from 'vitest';
import { layBars } from './lay-bars.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const iteration = (n: number, from: number, to: number | null, costUsd = 0, outcome: string | null = to === null ? null : 'ok') => ({
  ...{ n, startedAt: at(from), finishedAt: to === null ? null : at(to), outcome, costUsd },
});
const about = { start: at(0), end: at(20), now: 0, dearest: 0.5 };

test('a bar is as wide as its share of the run, and as high as its share of the dearest', () => {
  expect(layBars([iteration(1, 0, 5, 0.5), iteration(2, 10, 20, 0.25, 'exit code 1')], about)).toMatchObject([
    { n: 1, left: 0, width: 25, height: 100, seconds: 5, failed: false, finished: true, outcome: 'ok' },
    { n: 2, left: 50, width: 50, height: 50, seconds: 10, failed: true, finished: true, outcome: 'exit code 1' },
  ]);
});

test('one that runs reaches to now; one whose worker ended in its midst is cut short, not running', () => {
  const running = { ...about, end: null, now: Date.parse(at(40)) };
  expect(layBars([iteration(1, 0, 10), iteration(2, 20, null)], running)).toMatchObject([
    { width: 25, finished: true },
    { left: 50, width: 50, finished: false, failed: false, outcome: 'runs' },
  ]);
  expect(layBars([iteration(1, 0, null), iteration(2, 10, null)], about)).toMatchObject([
    { width: 50, finished: true, outcome: 'cut short' },
    { left: 50, width: 50, finished: true, outcome: 'cut short' },
  ]);
});

test('one that is said to have ended after the next began is not drawn into it', () => {
  expect(layBars([iteration(1, 0, 12), iteration(2, 10, 20)], about)).toMatchObject([
    { left: 0, width: 50 },
    { left: 50, width: 50 },
  ]);
});

test('where nothing cost anything all are as high, and no clock makes a bar leave the line', () => {
  expect(layBars([iteration(1, 0, 10), iteration(2, 10, 30)], { ...about, dearest: 0 })).toMatchObject([
    { height: 50 },
    { height: 50, left: 100 / 3, width: 200 / 3 },
  ]);
  expect(layBars([iteration(1, 0, 0)], { ...about, end: at(0), dearest: 0 })).toMatchObject([{ left: 0, width: 0 }]);
});
