import { startOfTomorrow } from '../today.ts';

/** What admission looks at, read in the claim's own transaction. */
export interface AdmissionFacts {
  workersAlive: number;
  iterationsToday: number;
  usdToday: number;
  /** When the newest run was made, faults of engine and start left out. */
  lastSpawnAt: Date | null;
  /** A fault or a person keeps this supervisor from claiming. */
  pause: { reason: string; until: Date | null } | null;
}

export interface AdmissionLimits {
  maxWorkers: number;
  dailyBudget: number;
  dailyBudgetUsd: number | null;
  cooldownSeconds: number;
  timeZone: string;
}

export type AdmissionDecision = { admit: true } | { admit: false; reason: string; retryAt: Date | null };

/** May a worker be spawned now? The reason is for people; retryAt says when asking again makes sense. */
export function decideAdmission(facts: AdmissionFacts, limits: AdmissionLimits, now: Date): AdmissionDecision {
  const refuse = (reason: string, retryAt: Date | null): AdmissionDecision => ({ admit: false, reason, retryAt });
  if (facts.pause && (facts.pause.until === null || facts.pause.until > now)) return refuse(facts.pause.reason, facts.pause.until);
  if (facts.workersAlive >= limits.maxWorkers) return refuse(`${facts.workersAlive} of ${limits.maxWorkers} workers are busy (MAX_WORKERS)`, null);
  const budget = decideDailyBudget(facts, limits, now);
  if (budget) return refuse(budget.reason, budget.retryAt);
  if (facts.lastSpawnAt) {
    const next = new Date(facts.lastSpawnAt.getTime() + limits.cooldownSeconds * 1000);
    if (next > now) return refuse(`next worker in ${Math.ceil((next.getTime() - now.getTime()) / 1000)} s: cooldown (COOLDOWN_SECONDS)`, next);
  }
  return { admit: true };
}

/** Is a budget of the day spent? Asked by admission, and again for each iteration. */
export function decideDailyBudget(
  facts: Pick<AdmissionFacts, 'iterationsToday' | 'usdToday'>,
  limits: Pick<AdmissionLimits, 'dailyBudget' | 'dailyBudgetUsd' | 'timeZone'>,
  now: Date,
): { reason: string; retryAt: Date } | null {
  const tomorrow = () => startOfTomorrow(now, limits.timeZone);
  if (facts.iterationsToday >= limits.dailyBudget) {
    return { reason: `today's ${limits.dailyBudget} iterations are spent (DAILY_BUDGET)`, retryAt: tomorrow() };
  }
  if (limits.dailyBudgetUsd !== null && facts.usdToday >= limits.dailyBudgetUsd) {
    return { reason: `today's ${limits.dailyBudgetUsd} USD are spent (DAILY_BUDGET_USD)`, retryAt: tomorrow() };
  }
  return null;
}
