import { setMaxListeners } from 'node:events';
import { utimesSync } from 'node:fs';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { createGitHub } from '../../server/adapters/github.ts';
import { ensureKeyPair } from '../../server/adapters/sealed-box.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { createDb } from '../../server/db/client.ts';
import { listen } from '../../server/db/notify.ts';
import { embeddingConfig, type Env, parseEnv, processEnv, serviceConfig } from '../../server/env.ts';
import type { Notification } from '../../server/contracts/notify.ts';
import type { SupervisorAsk } from '../../server/contracts/supervisor-requests.ts';
import type { Ctx } from '../../server/services/context.ts';
import type { NearestLearnings } from '../../server/services/learnings/nearest.ts';
import { loadCredentials } from '../../server/services/settings/load-credentials.ts';
import { publishConnections } from '../../server/services/settings/publish-connections.ts';
import { chooseWorkers } from './choose-runtime.ts';
import type { Engine } from './engines.ts';
import { readGatewayPort, writeGatewayPort } from './gateway-port.ts';
import { readEgressRules } from './gateway/egress/host-registries.ts';
import { startGateway } from './gateway/start-gateway.ts';
import { runAdmission } from './loops/admission.ts';
import { beatOnce, runBeat } from './loops/beat.ts';
import { runCare } from './loops/care.ts';
import { runEmbeddings, searchByWords } from './loops/embeddings.ts';
import { githubLoops } from './loops/github.ts';
import { runOutbox } from './loops/outbox.ts';
import { runReconcile } from './loops/reconcile.ts';
import type { SupervisorDeps } from './loops/supervisor-deps.ts';
import { runVerifiers } from './loops/verifier.ts';
import { runVitals } from './loops/vitals.ts';
import { Wake } from './loops/wake.ts';
import { pushToRemote } from './mirrors.ts';
import { answer } from './requests/answer.ts';
import { runRequests } from './requests/run-requests.ts';
import { watchCredentials } from './requests/watch-credentials.ts';
import { readSupervisorId } from './supervisor-id.ts';
import { yieldWorkers } from './yield-workers.ts';

/** All of the shutdown, workers included, is over within this time. */
const SHUTDOWN_MAX_MS = 4_500;
const VERSION = '0.1.0';

/** The composition root: builds every part, starts the gateway and the loops, and ends them on a signal or with its parent. */
async function main(raw: Readonly<Record<string, string | undefined>>): Promise<void> {
  const parsed = parseEnv(raw, 'supervisor');
  let env: Env = { ...parsed, DATA_DIR: resolve(parsed.DATA_DIR) };
  const log = pino({ level: env.LOG_LEVEL });
  const databaseUrl = env.DATABASE_URL;
  if (!databaseUrl) throw new Error('The supervisor needs DATABASE_URL.');
  const host = env.EXTRA_CA_CERTS ? { ...raw, NODE_EXTRA_CA_CERTS: env.EXTRA_CA_CERTS } : raw;
  const stop = new AbortController();
  const { signal } = stop;
  // Every loop waits for it.
  setMaxListeners(0, signal);
  // Workers that yield still have to push and to say so.
  const closed = new AbortController();
  const startedAt = new Date();
  const supervisorId = readSupervisorId(env.DATA_DIR);
  const db = createDb(databaseUrl);
  const queue = createQueue({ url: databaseUrl, supervise: true, onError: (error) => log.warn({ err: error }, 'queue: lost for a moment') });
  await queue.start();
  const search = searchByWords('the embedder is not ready yet.');
  const nearest: NearestLearnings = (query) => search.nearest(query);
  const base = { db, now: () => new Date(), queue, config: serviceConfig(env, VERSION), nearest };
  const ctx: Ctx = { ...base, actor: { kind: 'supervisor', id: supervisorId } };
  const keyPair = await ensureKeyPair(env.DATA_DIR);
  const credentials = await loadCredentials(db, { supervisorId, keyPair, env });
  env = { ...env, ...credentials.env };
  const { runtime, spare, agents, off: missing } = await chooseWorkers(env, { host, supervisorId });
  const mirrors = {
    ...{ dataDir: env.DATA_DIR, host, githubServerUrl: env.GITHUB_SERVER_URL },
    ...{ githubToken: env.GITHUB_TOKEN ?? null, localMode: env.localMode },
  };
  const egress = await readEgressRules({ host, allow: env.EGRESS_ALLOW });
  const model = { apiKey: env.ANTHROPIC_API_KEY ?? null, oauthToken: env.CLAUDE_CODE_OAUTH_TOKEN ?? null, baseUrl: env.ANTHROPIC_BASE_URL };
  const address = { host: await runtime.gatewayHost(), port: env.GATEWAY_PORT || readGatewayPort(env.DATA_DIR), signal: closed.signal };
  const gateway = await startGateway({ base, supervisorId, log, mirrors, model, egress }, address);
  writeGatewayPort(env.DATA_DIR, gateway.port);
  const main: Engine = { id: await runtime.engineId(), runtime, gatewayUrl: runtime.gatewayUrl(gateway.port) };
  const spareUrl = `http://${address.host === '0.0.0.0' ? '127.0.0.1' : address.host}:${gateway.port}`;
  const engines = { main, spare: spare && { id: await spare.engineId(), runtime: spare, gatewayUrl: spareUrl } };
  const image = env.WORKER_IMAGE ?? null;
  const off = new Map<string, string>();
  const report = (about: string, sentence: string | null) => void (sentence === null ? off.delete(about) : off.set(about, sentence));
  const deps: SupervisorDeps = { ctx, supervisorId, engines, agents, mirrors, starting: new Set(), gatewayUpSince: new Date(), image, tell: report, log };
  missing.push(...credentials.inForce.problems.map(({ sentence }) => sentence));
  await beatOnce(deps, { off: missing, startedAt });
  await publishConnections(ctx, { publicKey: keyPair.publicKey, inForce: credentials.inForce });

  const wakes = [new Wake(), new Wake(), new Wake(), new Wake(), new Wake(), new Wake()] as const;
  const [admission, reconcile, verifiers, requests, watch, embeddings] = wakes;
  const looks = { searches: new Wake(), changes: new Wake() };
  const github = env.GITHUB_TOKEN ? createGitHub({ apiUrl: env.GITHUB_API_URL, token: env.GITHUB_TOKEN, signal }) : null;
  const polls = githubLoops({ ctx, github, repos: env.REPOS, intakeLabel: env.INTAKE_LABEL, pollIntervalMs: env.POLL_INTERVAL, report, log });
  const wakeAll = () => wakes.forEach((wake) => wake.wake());
  const hear = ({ kind }: Notification) => {
    if (kind === 'work') wakeAll();
    if (kind === 'look') Object.values(looks).forEach((wake) => wake.wake());
  };
  const questions = { ctx, log, answer: (ask: SupervisorAsk, inner: AbortSignal) => answer({ ctx, mirrors, host: raw, env, log }, ask, inner) };
  const loops = [
    listen({ url: databaseUrl, signal, onMessage: hear, onConnected: wakeAll }),
    runReconcile(deps, { wake: reconcile, signal }),
    runAdmission(deps, { wake: admission, signal }),
    runVerifiers(deps, { wake: verifiers, signal }),
    runBeat(deps, { off: () => [...missing, ...off.values()], startedAt, signal }),
    runOutbox({ ctx, supervisorId, github, push: (input) => pushToRemote(mirrors, input), appUrl: env.appUrl, log }, signal),
    runCare(deps, signal),
    runVitals(deps, signal),
    runRequests(questions, { wake: requests, signal }),
    runRequests({ ...questions, lane: 'searches' }, { wake: looks.searches, signal }),
    runRequests({ ...questions, lane: 'changes' }, { wake: looks.changes, signal }),
    runEmbeddings({ ctx, config: embeddingConfig(env), dataDir: env.DATA_DIR, search, log }, { wake: embeddings, signal }),
    watchCredentials(
      { ctx, supervisorId, signature: credentials.signature, restart: (why) => void end(why, { workersLive: true }), log },
      { wake: watch, signal },
    ),
    ...polls.map((poll) => poll(signal)),
  ];
  log.info({ supervisorId, runtime: runtime.kind, agent: agents[0], gatewayUrl: main.gatewayUrl }, 'supervisor is up');
  process.send?.({ kind: 'ready', gatewayUrl: main.gatewayUrl });

  /** `workersLive`: the next process takes over in a moment, and adopts them. */
  const end = async (why: string, { workersLive = false } = {}) => {
    if (signal.aborted) return;
    setTimeout(() => process.exit(0), SHUTDOWN_MAX_MS).unref();
    stop.abort();
    const yielded = workersLive ? 0 : await yieldWorkers(deps).catch((error: unknown) => void log.error({ err: error }, 'workers could not be asked to yield'));
    log.info({ why, yielded }, `supervisor ends: ${yielded ?? 0} workers yielded`);
    await Promise.all(loops);
    closed.abort();
    await gateway.close();
    await queue.stop();
    await db.$disconnect();
    // In production whoever started us does so again; a reloading `tsx watch` only where a source was touched.
    if (workersLive && raw.NODE_ENV === 'development') utimesSync(import.meta.filename, new Date(), new Date());
    process.exit(0);
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => void end(name));
  // A parent that was killed says nothing: workers live on, and the next supervisor adopts them.
  process.on('disconnect', () => process.exit(0));
}

main(processEnv).catch((error: unknown) => {
  process.stderr.write(`supervisor: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
