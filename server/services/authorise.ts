import { AppError } from '../domain/app-error.ts';
import type { Actor, Ctx } from './context.ts';

/** Who may look: the team, its tokens, the CLI and the supervisor; a run may not. */
export function authoriseView(ctx: Ctx): void {
  if (ctx.actor.kind === 'run') throw new AppError('forbidden', 'A worker may not do this.');
}

/** Who may make and steer work. */
export function authoriseSteer(ctx: Ctx): void {
  authoriseView(ctx);
}

/** Who may change what holds for everyone. */
export function authoriseAdmin(ctx: Ctx): void {
  authoriseView(ctx);
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
