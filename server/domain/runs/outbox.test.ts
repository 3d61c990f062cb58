import { describe, expect, it } from 'vitest';
import { decideOutboxRetry, PERMANENT_ATTEMPTS } from './outbox.ts';

const now = new Date('2026-11-23T12:00:00Z');
const after = (seconds: number) => ({ kind: 'retry', at: new Date(now.getTime() + seconds * 1000) });

describe('decideOutboxRetry', () => {
  it('doubles the pause up to five minutes', () => {
    const at = (attempts: number) => decideOutboxRetry({ attempts, transient: true, resetAt: null }, now);
    expect([1, 2, 3, 4].map(at)).toEqual([after(2), after(4), after(8), after(16)]);
    expect(at(9)).toEqual(after(300));
    expect(at(5000)).toEqual(after(300));
  });

  it('waits for the time that the other side named', () => {
    const resetAt = new Date(now.getTime() + 3_600_000);
    expect(decideOutboxRetry({ attempts: 1, transient: true, resetAt }, now)).toEqual(after(3600));
  });

  it('gives up on what no waiting mends, never on what may pass', () => {
    expect(decideOutboxRetry({ attempts: PERMANENT_ATTEMPTS - 1, transient: false, resetAt: null }, now).kind).toBe('retry');
    expect(decideOutboxRetry({ attempts: PERMANENT_ATTEMPTS, transient: false, resetAt: null }, now).kind).toBe('give_up');
    expect(decideOutboxRetry({ attempts: 10_000, transient: true, resetAt: null }, now).kind).toBe('retry');
  });
});
