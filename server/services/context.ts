import type { Queue } from '../adapters/queue.ts';
import type { Db } from '../db/client.ts';

/** Who acts. Every service decides by it what is allowed. */
export type Actor =
  | { kind: 'person'; id: string; name: string }
  | { kind: 'token'; id: string; name: string }
  | { kind: 'supervisor'; id: string }
  | { kind: 'run'; runId: string; epoch: number; role: 'worker' | 'verifier' }
  | { kind: 'cli'; name: string };

/** Limits in force, from the environment; the same for every process that shares the Postgres. */
export interface Limits {
  maxWorkers: number;
  /** Iterations a day. */
  dailyBudget: number;
  dailyBudgetUsd: number | null;
  cooldownSeconds: number;
  /** IANA zone that "today" is counted in. */
  timeZone: string;
}

/** What the services need to know of the configuration; nothing secret. */
export interface ServiceConfig {
  version: string;
  limits: Limits;
  /** Local paths, file: and http: repositories are taken only in local mode. */
  localMode: boolean;
  githubServerUrl: string;
  setupCommand: string | null;
  verifyCommand: string | null;
  /** What AGENT=command runs in each iteration. */
  agentCommand: string | null;
}

/** Handed to every service as its first argument. */
export interface Ctx {
  actor: Actor;
  db: Db;
  now: () => Date;
  queue: Queue;
  config: ServiceConfig;
}

/** How the actor is named in audit rows and messages. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
    case 'cli':
      return actor.name;
    case 'token':
      return `token ${actor.name}`;
    case 'supervisor':
      return `supervisor ${actor.id}`;
    case 'run':
      return `run ${actor.runId}`;
  }
}
