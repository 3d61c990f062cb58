import { createHash } from 'node:crypto';
import { type LearningKind, type LearningState, learningStateSchema } from '../../contracts/learnings.ts';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { lockLearnings } from '../../db/locks.ts';
import { maySayTheSame, oneLine, readsAsOrder, sameness } from '../../domain/learnings/learning-text.ts';
import type { FencedRun } from '../runs/lock-live-run.ts';

/** Two texts of one repository whose trigrams are this much alike, from 0 to 1, say the same. */
const SAME = 0.8;
/** A run that notes more is not listened to any more. */
const PER_RUN_MAX = 200;

export interface NotedLearning {
  kind: LearningKind;
  /** Redacted already. */
  text: string;
  /** Null: for every repository. */
  repo: string | null;
  runId?: string | null;
  file?: string | null;
  commit?: string | null;
  source: 'agent' | 'person' | 'import';
  /** Who of the people; null for an agent. */
  author: string | null;
  now: Date;
}

/**
 * Keeps a discovery, once: what says the same is counted instead of stored again. What an agent noted is given to workers at once or
 * after a person's yes, as its repository says; what reads as an order waits for a person in any case.
 * @returns how often it was noted so far, 1 where it is new; null where the run has noted too much already, or the text is empty
 */
export async function noteLearning(tx: Tx, { text: given, now, ...noted }: NotedLearning): Promise<{ id: string; seen: number; state: LearningState } | null> {
  const text = oneLine(given);
  if (sameness(text) === '') return null;
  await lockLearnings(tx, noted.repo ?? '');
  const same = await findSame(tx, { text, repo: noted.repo });
  if (same) {
    const data = { seen: { increment: 1 }, lastSeenAt: now };
    const { state, seen } = await tx.learning.update({ where: { id: same }, data, select: { state: true, seen: true } });
    return { id: same, seen, state: learningStateSchema.parse(state) };
  }
  if (noted.source === 'agent' && noted.runId && (await tx.learning.count({ where: { runId: noted.runId } })) >= PER_RUN_MAX) return null;
  const flag = readsAsOrder(given);
  const id = newId();
  const trusted = noted.source === 'person' || (flag === null && (noted.source === 'import' || (await isAutomatic(tx, noted.repo))));
  const state = trusted ? 'approved' : 'proposed';
  await tx.learning.create({
    data: { id, text, dedupeKey: dedupeKey(noted.repo, text), ...noted, state, flag, createdAt: now, changedAt: now, lastSeenAt: now },
  });
  return { id, seen: 1, state };
}

/** Unique over all learnings: the same words for one repository. */
export function dedupeKey(repo: string | null, text: string): string {
  return createHash('sha256')
    .update(`${repo ?? ''}\n${sameness(text)}`)
    .digest('hex');
}

/** One that a person has disabled is found too: noting it again does not bring it back. */
async function findSame(tx: Tx, { text, repo }: { text: string; repo: string | null }): Promise<string | null> {
  const exact = await tx.learning.findUnique({ where: { dedupeKey: dedupeKey(repo, text) }, select: { id: true, mergedInto: true } });
  if (exact) return exact.mergedInto ?? exact.id;
  await tx.$executeRaw`SELECT set_config('pg_trgm.similarity_threshold', ${String(SAME)}, true)`;
  const alike = await tx.$queryRaw<{ id: string; text: string }[]>`
    SELECT COALESCE(merged_into, id) AS id, text FROM learning
    WHERE text % ${text} AND repo IS NOT DISTINCT FROM ${repo}
    ORDER BY similarity(text, ${text}) DESC, id LIMIT 5`;
  return alike.find((other) => maySayTheSame(other.text, text))?.id ?? null;
}

async function isAutomatic(tx: Tx, repo: string | null): Promise<boolean> {
  if (repo === null) return false; // for every repository: a person decides
  const row = await tx.repositorySettings.findUnique({ where: { name: repo }, select: { learnings: true } });
  return row?.learnings !== 'person';
}

/** Keeps what the agent of a run found out, with the commit that it was found at. */
export function noteForRun(
  tx: Tx,
  { run, ...noted }: { run: FencedRun; kind: LearningKind; text: string; file?: string | null; now: Date },
): ReturnType<typeof noteLearning> {
  const { id: runId, repo, headCommit: commit } = run;
  return noteLearning(tx, { ...noted, repo, runId, commit, source: 'agent', author: null });
}
