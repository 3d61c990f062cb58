import type { Role } from '../../contracts/access.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';

/** The person of this session: screens show him only what he may use. `localMode`: nobody else can be let in. */
export async function whoAmI({ actor, config }: Ctx): Promise<{ id: string; name: string; role: Role; localMode: boolean }> {
  if (actor.kind !== 'person') throw new AppError('forbidden', 'Only a person has a session.');
  return { id: actor.id, name: actor.name, role: actor.role, localMode: config.localMode };
}
