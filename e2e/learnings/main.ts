import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEmbedder } from '../../server/adapters/embeddings/choose-embedder.ts';
import { createDb } from '../../server/db/client.ts';
import { startEmbeddedPostgres } from '../../server/db/embedded-postgres.ts';
import { migrate } from '../../server/db/migrate.ts';
import { embeddingConfig, parseEnv, processEnv } from '../../server/env.ts';
import { CORPUS } from './corpus.ts';
import { evaluate } from './evaluate.ts';
import { QUERIES } from './queries.ts';

/** `npm run eval:learnings`: how well the search finds what the evaluation set says it should, with the embedder that is configured. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const { signal } = stop;
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const dataDir = join(import.meta.dirname, '../../node_modules/.cache/word-vectors');
  mkdirSync(dataDir, { recursive: true });
  const log = { info: () => undefined, warn: () => undefined };
  const { embedder, because } = await chooseEmbedder(embeddingConfig(parseEnv(processEnv, 'supervisor')), { dataDir, signal, log, onProgress: say });
  say(because);
  if (!embedder) return void (process.exitCode = 1);
  const dir = mkdtempSync(join(tmpdir(), 'factory-eval-'));
  chmodSync(dir, 0o711);
  const server = await startEmbeddedPostgres(dir);
  const db = createDb(server.url);
  try {
    await migrate(server.url);
    const scores = await evaluate({ db, url: server.url, embedder, signal });
    say(`\n${CORPUS.length} learnings, ${QUERIES.length} queries\n`);
    say('way      kind        recall@10  nDCG@10');
    for (const { way, kind, recall, ndcg } of scores)
      say(`${way.padEnd(8)} ${kind.padEnd(11)} ${recall.toFixed(3).padStart(9)}  ${ndcg.toFixed(3).padStart(7)}`);
  } finally {
    await embedder.close();
    await db.$disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
