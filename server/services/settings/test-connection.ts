import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { connectionKindSchema } from '../../contracts/supervisor-requests.ts';
import { authoriseSteer } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor } from './requests/ask-supervisor.ts';

const testConnectionSchema = z.object({ kind: connectionKindSchema, supervisorId: idSchema });

/** Asks a supervisor whether the credential that it holds works. */
export async function testConnection(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { kind, supervisorId } = parseInput(testConnectionSchema, input);
  return askSupervisor(ctx, { kind: 'test_connection', connection: kind, supervisorId });
}
