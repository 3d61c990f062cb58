import type { Tx } from './client.ts';

/** Keys of the advisory locks that the factory takes; each is held until its transaction ends. */
const KEYS = { admission: 770_001, budget: 770_002, members: 770_004, vectors: 770_005, learnings: 770_006 } as const;

/** True where nobody else is claiming: the caller may claim until its transaction ends. Never waits. */
export async function tryAdmissionLock(tx: Tx): Promise<boolean> {
  const rows = await tx.$queryRaw<{ got: boolean }[]>`SELECT pg_try_advisory_xact_lock(${KEYS.admission}::bigint) AS got`;
  return rows[0]?.got ?? false;
}

/** One grant at a time, over all supervisors: a daily budget is never overshot. */
export async function lockBudget(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${KEYS.budget}::bigint)`;
}

/** One change of who is admin at a time: two at once could leave none. */
export async function lockMembers(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${KEYS.members}::bigint)`;
}

/** One change of the vectors' index at a time. */
export async function tryLockVectorIndex(tx: Tx): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ got: boolean }[]>`SELECT pg_try_advisory_xact_lock(${KEYS.vectors}::bigint) AS got`;
  return row?.got === true;
}

/** One new learning of a repository at a time: two near-duplicates at once would both be stored. */
export async function lockLearnings(tx: Tx, repo: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${repo}, ${KEYS.learnings}))`;
}

/** One change of a repository's leases at a time. */
export async function lockRepository(tx: Tx, repo: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${repo}, 770003))`;
}
