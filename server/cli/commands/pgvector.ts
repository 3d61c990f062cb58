import { resolve } from 'node:path';
import { embeddedNative } from '../../db/embedded-binaries.ts';
import { buildPgvector } from '../../db/pgvector/build-pgvector.ts';
import { findPgvector, installPgvector } from '../../db/pgvector/install-pgvector.ts';
import { parseEnv } from '../../env.ts';

/** Gives the embedded Postgres pgvector: found on this machine, or built. A factory that runs uses it from its next start on. */
export async function pgvectorCommand(): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const dataDir = resolve(parseEnv(process.env).DATA_DIR);
  const native = embeddedNative();
  if (installPgvector(native, findPgvector(dataDir))) return say('The embedded Postgres has pgvector.');
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Stopped.'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onSignal);
  const version = await buildPgvector(dataDir, { say: (step) => say(`pgvector: ${step}`), signal: stop.signal });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
  installPgvector(native, findPgvector(dataDir));
  say(`pgvector ${version} is built; the embedded Postgres has it. A factory that runs uses it from its next start on.`);
}
