import { expect, test } from 'vitest';
import { bucketStarts } from './metrics-buckets.ts';

const iso = (dates: Date[]) => dates.map((date) => date.toISOString());

test('a week is today and the six days before, each from its own midnight', () => {
  const starts = iso(bucketStarts('week', new Date('2026-11-23T12:00:00Z'), 'Europe/Berlin'));
  expect([starts.length, starts[0], starts.at(-1)]).toEqual([7, '2026-11-16T23:00:00.000Z', '2026-11-22T23:00:00.000Z']);
  expect(bucketStarts('month', new Date('2026-11-23T12:00:00Z'), 'UTC')).toHaveLength(30);
  expect(bucketStarts('quarter', new Date('2026-11-23T12:00:00Z'), 'UTC')).toHaveLength(90);
});

test('days of 23 and 25 hours stay one day each', () => {
  const spring = iso(bucketStarts('week', new Date('2026-03-31T10:00:00Z'), 'Europe/Berlin'));
  expect(spring.slice(3, 6)).toEqual(['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  const autumn = iso(bucketStarts('week', new Date('2026-10-27T10:00:00Z'), 'Europe/Berlin'));
  expect(autumn.slice(3, 6)).toEqual(['2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
});

test('a day is 24 hours that begin with the zone’s hours', () => {
  const starts = iso(bucketStarts('day', new Date('2026-11-23T12:10:00Z'), 'Asia/Kolkata'));
  expect([starts.length, starts[0], starts.at(-1)]).toEqual([24, '2026-11-22T12:30:00.000Z', '2026-11-23T11:30:00.000Z']);
});
