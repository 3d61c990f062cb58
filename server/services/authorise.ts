import { AppError } from '../domain/app-error.ts';
import { type Right, roleMay, scopeMay } from '../domain/roles.ts';
import type { Actor, Ctx } from './context.ts';

/** Who may look: everybody of the team, every token, the CLI and the supervisor; a run may not. */
export function authoriseView(ctx: Ctx): void {
  authorise(ctx, 'view');
}

/** Who may make and steer work: admins and members, tokens of scope submit and admin, the CLI and the supervisor. */
export function authoriseSteer(ctx: Ctx): void {
  authorise(ctx, 'steer');
}

/** Who may change settings, members and tokens: admins, tokens of scope admin, and the CLI. */
export function authoriseAdmin(ctx: Ctx): void {
  if (ctx.actor.kind === 'supervisor') throw new AppError('forbidden', 'The supervisor may not do this.');
  authorise(ctx, 'admin');
}

const WORDS: Record<Right, string> = { view: 'look', steer: 'make and steer work', admin: 'change settings, members and tokens' };

function authorise({ actor }: Ctx, right: Right): void {
  switch (actor.kind) {
    case 'run':
      throw new AppError('forbidden', 'A worker may not do this.');
    case 'person':
      if (!roleMay(actor.role, right)) throw new AppError('forbidden', `A ${actor.role} may not ${WORDS[right]}: ask an admin for a higher role.`);
      return;
    case 'token':
      if (!scopeMay(actor.scope, right))
        throw new AppError('forbidden', `A token of scope ${actor.scope} may not ${WORDS[right]}: make one of a higher scope.`);
      return;
    case 'supervisor':
    case 'cli':
      return;
  }
}

/** Only the supervisor itself. */
export function authoriseSupervisor(ctx: Ctx): string {
  if (ctx.actor.kind !== 'supervisor') throw new AppError('forbidden', 'Only the supervisor may do this.');
  return ctx.actor.id;
}

/** Only the worker of a run. */
export function authoriseRun(ctx: Ctx): Extract<Actor, { kind: 'run' }> {
  if (ctx.actor.kind !== 'run') throw new AppError('forbidden', 'Only a worker may do this.');
  return ctx.actor;
}
