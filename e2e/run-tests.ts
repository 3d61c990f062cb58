import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asProcessEnv } from '../server/domain/process-env.ts';
import { embeddedNative } from '../server/db/embedded-binaries.ts';
import { buildPgvector } from '../server/db/pgvector/build-pgvector.ts';
import { findPgvector, installPgvector } from '../server/db/pgvector/install-pgvector.ts';
import { CHROMIUM } from './chromium.ts';
import { ensureDockerEngine } from './docker-setup.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'e2e', '.out');
const requireDocker = process.env.REQUIRE_DOCKER === '1';

interface Phase {
  name: string;
  command: string[];
  /** JSON report of the runner; none where the exit code says it all. */
  report?: string;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
});
const playwrightReport = z.object({ stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }) });

const running = new Set<ChildProcess>();
let stopping = false;

/** `npm test`: everything that must hold. Ends with the sum of all tests; what cannot be run here is said, or fails where it is required. */
async function main(): Promise<number> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const chromium = findChromium();
  const docker = await startDocker();
  const pgvector = await ensurePgvector();
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const together of phases({ docker: docker !== null, chromium, pgvector })) {
      if (stopping) break;
      for (const counts of await Promise.all(together.map(run))) {
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
      }
    }
  } finally {
    if (docker?.started) process.kill(docker.started, 'SIGTERM');
  }
  if (total.skipped > 0) {
    process.stdout.write(`${total.skipped} tests were skipped: a skipped test shows nothing, and counts as failed.\n`);
    total.failed += total.skipped;
  }
  if (stopping) {
    process.stdout.write('Stopped before the end.\n');
    total.failed = Math.max(1, total.failed);
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Ends what runs, with all its processes: gently the first time, so that runners tear down what they started; at once the second. */
function stop(): void {
  for (const { pid } of running) if (pid) process.kill(-pid, stopping ? 'SIGKILL' : 'SIGINT');
  stopping = true;
}

/** One after the other; what only reads the sources runs together. */
function phases({ docker, chromium, pgvector }: { docker: boolean; chromium: string | null; pgvector: boolean }): Phase[][] {
  const only = process.env.TEST_PHASES?.split(',');
  const vitest = (project: string): Phase => ({
    name: project,
    command: ['npx', 'vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${join(OUT, `${project}.json`)}`],
    report: join(OUT, `${project}.json`),
  });
  const checks = ['format:check', 'lint', 'layers', 'dead-code', 'types'].map((name) => ({ name, command: ['npm', 'run', '-s', name] }));
  const all: Phase[][] = [checks, [vitest('unit')], [vitest('integration')]];
  if (pgvector) all.push([vitest('pgvector')]);
  if (docker) all.push([vitest('docker')]);
  else missing('Docker', 'no engine answers or can be started; install Docker (Debian: apt-get install docker.io debootstrap)', requireDocker);
  if (!existsSync(join(ROOT, 'e2e/journeys')) || readdirSync(join(ROOT, 'e2e/journeys')).length === 0) throw new Error('e2e/journeys holds no journey.');
  if (chromium)
    all.push([
      { name: 'journeys', command: ['npx', 'playwright', 'test', ...(docker ? [] : ['--grep-invert', '@docker'])], report: join(OUT, 'journeys.json') },
    ]);
  else missing('Chromium', 'install it (Debian: apt-get install chromium), or name it by CHROMIUM_PATH', process.env.CI === 'true');
  return only ? all.map((together) => together.filter(({ name }) => only.includes(name))) : all;
}

/** An engine that answers, or one started for these tests; null where there is none to be had. */
async function startDocker(): Promise<{ started: number | null } | null> {
  try {
    return await ensureDockerEngine();
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

/** Whether the embedded Postgres has pgvector; built where it can be. */
async function ensurePgvector(): Promise<boolean> {
  const dataDir = join(ROOT, 'node_modules', '.cache', 'ai-factory');
  if (installPgvector(embeddedNative(), findPgvector(dataDir))) return true;
  try {
    mkdirSync(dataDir, { recursive: true });
    const say = (step: string) => void process.stdout.write(`pgvector: ${step}\n`);
    await buildPgvector(dataDir, { say, signal: AbortSignal.timeout(10 * 60_000) });
    return installPgvector(embeddedNative(), findPgvector(dataDir));
  } catch (error) {
    missing('pgvector', error instanceof Error ? error.message : String(error), process.env.CI === 'true');
    return false;
  }
}

/** One clear line for a part that the machine lacks; a failure where it is required. */
function missing(what: string, how: string, required: boolean): void {
  const line = `${what} is missing, so its tests do not run: ${how}.`;
  if (required) throw new Error(line);
  process.stdout.write(`! ${line}\n`);
}

async function run({ name, command, report }: Phase): Promise<Counts> {
  const started = performance.now();
  const [file = '', ...args] = command;
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: asProcessEnv({ ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }),
    });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (exitCode) => {
      running.delete(child);
      resolve(exitCode);
    });
  });
  const counts = report ? readReport(report) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  // A runner that fails without a failed test (a file that does not load, an unhandled error) has failed all the same.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `${code === 0 && counts.failed === 0 ? '✔' : '✘'} ${name.padEnd(14)} ${seconds.padStart(6)} s  ${counts.passed} ok, ${counts.failed} not ok\n\n`,
  );
  return counts;
}

function readReport(path: string): Counts {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 };
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const vitest = vitestReport.safeParse(json);
  if (vitest.success) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = vitest.data;
    // A file that does not load, or whose set-up fails, has no failed test: the run failed all the same.
    return { passed: numPassedTests, failed: numFailedTests || (success ? 0 : 1), skipped: numPendingTests + numTodoTests };
  }
  const { stats } = playwrightReport.parse(json);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/** A browser that is there, or that Debian's packages give when we may install. */
function findChromium(): string | null {
  if (existsSync(CHROMIUM)) return CHROMIUM;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get') || process.env.CHROMIUM_PATH) return null;
  process.stdout.write('installing Chromium\n');
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], {
      stdio: 'ignore',
      env: asProcessEnv({ ...process.env, DEBIAN_FRONTEND: 'noninteractive' }),
    });
  } catch {
    return null;
  }
  return existsSync(CHROMIUM) ? CHROMIUM : null;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n0 passed, 1 failed\n`);
  process.exitCode = 1;
}
