import { expect, test } from 'vitest';
import { decideFollowing, type Place, wantsUp } from './follow.ts';

const at = (top: number, height = 1_000): Place => ({ top, height, view: 400 });
const follows = (following: boolean, before: Place, now: Place, landing = false) => decideFollowing(following, { before, now, landing });

test('any way up stops following at once, also a few pixels of a slow finger, also while lines come', () => {
  expect(follows(true, at(600), at(500))).toBe(false);
  expect(follows(true, at(600), at(597))).toBe(false);
  expect(follows(true, at(600), at(599, 1_024))).toBe(false);
});

test('a hand that wants up is believed at once; one that trembles or wants down is not', () => {
  expect([-100, -4].map((down) => wantsUp({ kind: 'move', down }))).toEqual([true, true]);
  expect([-2, 0, 100].map((down) => wantsUp({ kind: 'move', down }))).toEqual([false, false, false]);
  expect(['PageUp', 'ArrowUp', 'Home', 'PageDown', 'End', 'Tab'].map((key) => wantsUp({ kind: 'key', key }))).toEqual([true, true, true, false, false, false]);
});

test('a log that grows, stands still or becomes shorter is followed on', () => {
  expect(follows(true, at(600), at(600, 1_024))).toBe(true);
  expect(follows(true, at(600), at(624, 1_024))).toBe(true);
  expect(follows(true, at(600), at(400, 800))).toBe(true);
  // Shorter, and then a line more.
  expect(follows(true, at(600), at(400, 824))).toBe(true);
  expect(follows(true, at(600), at(599.5))).toBe(true);
});

test('who comes down to the end follows it again; who stops before it, or stands by it from before, does not', () => {
  expect(follows(false, at(300), at(580))).toBe(true);
  expect(follows(false, at(300), at(500))).toBe(false);
  // Lines came while he did.
  expect(follows(false, at(300), at(600, 1_200))).toBe(true);
  expect(follows(false, at(590), at(590))).toBe(false);
  expect(follows(false, at(600), at(400, 800))).toBe(false);
});

test('a jump of our own to a line by the end begins nothing', () => {
  expect(follows(false, at(0), at(600), true)).toBe(false);
  expect(follows(true, at(600), at(500), true)).toBe(false);
});
