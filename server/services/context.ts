import type { Queue } from '../adapters/queue.ts';
import type { Role, TokenScope } from '../contracts/access.ts';
import type { ServiceConfig } from '../contracts/service-config.ts';
import type { Db } from '../db/client.ts';
import type { NearestLearnings } from './learnings/nearest.ts';

/** Who acts. Every service decides by it what is allowed. */
export type Actor =
  | { kind: 'person'; id: string; name: string; role: Role }
  | { kind: 'token'; id: string; name: string; scope: TokenScope }
  | { kind: 'supervisor'; id: string }
  | { kind: 'run'; runId: string; epoch: number; role: 'worker' | 'verifier' }
  | { kind: 'cli'; name: string };

export type { ServiceConfig };

/** Handed to every service as its first argument. */
export interface Ctx {
  actor: Actor;
  db: Db;
  now: () => Date;
  queue: Queue;
  config: ServiceConfig;
  /** The search by meaning; without it learnings are found by their words. */
  nearest?: NearestLearnings;
  /** Where the act comes from, for the audit log: set where the request enters. */
  fromWhere?: string;
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
