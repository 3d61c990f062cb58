import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { credentialsInForceSchema } from '../../contracts/connections.ts';
import type { Check } from '../../contracts/health.ts';
import { pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import { dataDirOf, findDatabaseUrl } from '../context.ts';

const rowSchema = z.object({ id: z.string(), host: z.string(), runtime: z.string(), credentials: credentialsInForceSchema.nullable().catch(null) });
/** A supervisor that beats, as it told the database; `own`: it works in this DATA_DIR. */
export type RunningSupervisor = z.infer<typeof rowSchema> & { own: boolean };

/** Supervisors of this database that run now, this DATA_DIR's own first: their environment counts, and not this shell's. None where there is no database. */
export async function findRunningSupervisors(env: Env): Promise<RunningSupervisor[]> {
  const idFile = join(dataDirOf(env), 'supervisor-id');
  const mine = existsSync(idFile) ? readFileSync(idFile, 'utf8').trim() : null;
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ connectionString: findDatabaseUrl(env), connectionTimeoutMillis: 10_000 });
    await client.connect();
    const { rows } = await client.query(
      `SELECT id, host, runtime, credentials FROM supervisor WHERE beat_at > now() - interval '2 minutes' ORDER BY beat_at DESC`,
    );
    const running = z.array(rowSchema).parse(rows);
    return running.map((row) => ({ ...row, own: row.id === mine })).sort((one, other) => Number(other.own) - Number(one.own));
  } catch {
    return []; // the Database check says why
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** What this shell cannot tell of a credential, since a supervisor runs with another environment; null where nothing speaks against the shell. */
export function judgeByRunning(name: string, about: { kind: 'github' | 'model'; here: boolean; running: readonly RunningSupervisor[] }): Check | null {
  const { kind, here, running } = about;
  const holder = running.find(({ credentials }) => credentials?.[kind] != null);
  if (!here && holder) {
    const from = holder.credentials?.[kind]?.source === 'settings' ? 'Settings → Connections' : 'its environment';
    return pass(name, `is not set in this environment; the supervisor on ${holder.host} has one, from ${from}`);
  }
  const own = running.find((supervisor) => supervisor.own);
  if (here && own?.credentials && own.credentials[kind] === null) {
    return warn(name, 'is set in this environment, but the supervisor that runs was started without it', 'start the factory anew with this environment');
  }
  return null;
}
