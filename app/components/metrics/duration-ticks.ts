const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
/** Steps that people count durations in, in seconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 5, 7, 10, 14].map((n) => n * DAY),
];
const TICKS = 3;

/**
 * Where an axis of durations is marked: at nothing, and at three whole steps of a clock that reach over the longest. Pure.
 * @param seconds what is drawn; null is nothing to measure
 */
export function durationTicks(seconds: readonly (number | null)[]): number[] {
  const longest = Math.max(1, ...seconds.map((each) => each ?? 0));
  const step = STEPS.find((each) => each * TICKS >= longest) ?? Math.ceil(longest / TICKS / DAY) * DAY;
  return Array.from({ length: TICKS + 1 }, (_, n) => n * step);
}
