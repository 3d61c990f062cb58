import { expect, test } from 'vitest';
import { durationTicks } from './duration-ticks.ts';
import { axisDuration } from './format.ts';

test.each([
  [
    [null, null],
    ['0', '1 s', '2 s', '3 s'],
  ],
  [
    [50, null, 12],
    ['0', '20 s', '40 s', '1 min'],
  ],
  [
    [6_600, 2_400],
    ['0', '1 h', '2 h', '3 h'],
  ],
  [[1_080], ['0', '10 min', '20 min', '30 min']],
  [[4_000], ['0', '30 min', '1 h', '1.5 h']],
  [[200_000], ['0', '1 d', '2 d', '3 d']],
  [[100 * 86_400], ['0', '34 d', '68 d', '102 d']],
])('the axis of %j is marked at %j', (seconds, marks) => expect(durationTicks(seconds).map(axisDuration)).toEqual(marks));

test('what is drawn never stands above the axis', () => {
  for (let longest = 1; longest < 10 ** 7; longest = longest * 1.3 + 1) expect(durationTicks([longest]).at(-1)).toBeGreaterThanOrEqual(longest);
});
