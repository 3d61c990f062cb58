import { expect, test } from 'vitest';
import { type AdmissionFacts, type AdmissionLimits, decideAdmission } from './admission.ts';

const now = new Date('2026-11-23T12:00:00Z');
const limits: AdmissionLimits = { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: 50, cooldownSeconds: 60, timeZone: 'UTC' };
const idle: AdmissionFacts = { workersAlive: 0, iterationsToday: 0, usdToday: 0, lastSpawnAt: null, pause: null };
const decide = (change: Partial<AdmissionFacts>) => decideAdmission({ ...idle, ...change }, limits, now);
const midnight = new Date('2026-11-24T00:00:00Z');

test('an idle factory admits', () => expect(decide({})).toEqual({ admit: true }));

test('each limit refuses with its reason and the time to ask again', () => {
  expect(decide({ workersAlive: 2 })).toEqual({ admit: false, reason: '2 of 2 workers are busy (MAX_WORKERS)', retryAt: null });
  expect(decide({ iterationsToday: 200 })).toEqual({ admit: false, reason: "today's 200 iterations are spent (DAILY_BUDGET)", retryAt: midnight });
  expect(decide({ usdToday: 50.01 })).toEqual({ admit: false, reason: "today's 50 USD are spent (DAILY_BUDGET_USD)", retryAt: midnight });
  const lastSpawnAt = new Date(now.getTime() - 36_500);
  expect(decide({ lastSpawnAt })).toEqual({
    admit: false,
    reason: 'next worker in 24 s: cooldown (COOLDOWN_SECONDS)',
    retryAt: new Date(lastSpawnAt.getTime() + 60_000),
  });
  expect(decide({ pause: { reason: 'the engine does not answer', until: null } })).toMatchObject({ admit: false, reason: 'the engine does not answer' });
});

test('what is over no longer refuses', () => {
  expect(decide({ lastSpawnAt: new Date(now.getTime() - 60_000) })).toEqual({ admit: true });
  expect(decide({ pause: { reason: 'x', until: now } })).toEqual({ admit: true });
});
