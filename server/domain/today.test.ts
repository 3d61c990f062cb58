import { expect, test } from 'vitest';
import { startOfDay, startOfTomorrow } from './today.ts';

test('a day begins at the local midnight', () => {
  const now = new Date('2026-11-23T00:30:00Z');
  expect(startOfDay(now, 'UTC').toISOString()).toBe('2026-11-23T00:00:00.000Z');
  expect(startOfDay(now, 'Europe/Berlin').toISOString()).toBe('2026-11-22T23:00:00.000Z');
  expect(startOfDay(now, 'America/Los_Angeles').toISOString()).toBe('2026-11-22T08:00:00.000Z');
});

test('days with a change of the clock have 23 and 25 hours', () => {
  const spring = new Date('2026-03-29T12:00:00Z');
  expect(startOfTomorrow(spring, 'Europe/Berlin').getTime() - startOfDay(spring, 'Europe/Berlin').getTime()).toBe(23 * 3_600_000);
  const autumn = new Date('2026-10-25T12:00:00Z');
  expect(startOfTomorrow(autumn, 'Europe/Berlin').getTime() - startOfDay(autumn, 'Europe/Berlin').getTime()).toBe(25 * 3_600_000);
});
