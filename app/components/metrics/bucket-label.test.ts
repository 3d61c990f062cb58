import { expect, test } from 'vitest';
import { bucketLabel } from './bucket-label.ts';

test('a day has the factory’s date, wherever the reader is; the last one is not over', () => {
  const zone = process.env.TZ;
  const date = new Date('2026-11-24T12:00:00Z').toLocaleDateString([], { day: 'numeric', month: 'short', timeZone: 'UTC' });
  try {
    for (const reader of ['America/Los_Angeles', 'UTC', 'Asia/Tokyo']) {
      process.env.TZ = reader;
      expect([reader, bucketLabel('2026-11-24T00:00:00.000Z', 'week', false)]).toEqual([reader, date]);
      expect(bucketLabel('2026-11-24T00:00:00.000Z', 'month', true)).toBe(`${date}, so far`);
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
