import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Env } from '../../env.ts';
import { dataDirOf } from '../context.ts';

const stateSchema = z.object({
  /** PORT as it was configured for that start. */
  wanted: z.number().int().optional(),
  /** Port of the web app that the last start took. */
  port: z.number().int().optional(),
  /** Where the web app answers. */
  url: z.string().optional(),
});
export type State = z.infer<typeof stateSchema>;

/** What a start remembers for the next one and for other commands. */
export function readState(env: Env): State {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(join(dataDirOf(env), 'state.json'), 'utf8')));
  } catch {
    return {}; // the first start; or a file that is no good, which the next start writes anew
  }
}

export function writeState(env: Env, state: State): void {
  const path = join(dataDirOf(env), 'state.json');
  mkdirSync(dataDirOf(env), { recursive: true });
  writeFileSync(`${path}.tmp`, JSON.stringify(state, null, 2));
  renameSync(`${path}.tmp`, path);
}
