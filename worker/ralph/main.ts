#!/usr/bin/env node
import { EXIT, HELP, readArgs } from './args.ts';
import { Stops } from './ending.ts';
import { type FactoryAddress, runWorker, startFailure } from './factory.ts';
import { runStandalone } from './standalone.ts';
import { runVerifier } from './verify.ts';

/** After a signal everything is over within this time, whatever hangs. */
const STOP_MAX_MS = 4_500;

const { env } = process;
const stops = new Stops();

// Whoever read our output may be gone; the events are in the spool.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => {
    // A worker that is asked to end stores what its agent has so far, and yields; asked twice, or by itself, it just ends.
    if (name === 'SIGTERM' && factoryAddress() !== null && !stops.stopAgent.aborted) stops.yield('the factory was stopped');
    else stops.stop(`stopped by ${name}`);
    setTimeout(() => process.exit(EXIT.stopped), STOP_MAX_MS).unref();
  });
}

function factoryAddress(): FactoryAddress | null {
  const { FACTORY_URL: url, FACTORY_RUN_ID: runId, FACTORY_TOKEN: token } = env;
  return url && runId && token ? { url: url.replace(/\/+$/, ''), runId, token } : null;
}

async function main(): Promise<number> {
  const address = factoryAddress();
  const parsed = readArgs(process.argv.slice(2), address !== null);
  const shared = { env, claudeBin: env.FACTORY_CLAUDE_BIN ?? 'claude', print: (line: string) => void process.stdout.write(`${line}\n`), stops };
  const workspace = env.FACTORY_WORKSPACE ?? process.cwd();
  if (parsed.kind === 'worker' && address !== null) return runWorker({ ...shared, address, workspace });
  if (parsed.kind === 'verify' && address !== null) return runVerifier({ ...shared, address, workspace, write: (chunk) => void process.stdout.write(chunk) });
  if (parsed.kind === 'standalone') {
    return runStandalone({ ...shared, args: parsed.args, cwd: process.cwd(), complain: (text) => void process.stderr.write(text) });
  }
  if (parsed.kind === 'help') {
    process.stdout.write(HELP);
    return EXIT.complete;
  }
  process.stderr.write(`ralph: ${parsed.kind === 'usage' ? parsed.message : 'FACTORY_URL, FACTORY_RUN_ID and FACTORY_TOKEN are needed'}\n\n${HELP}`);
  return EXIT.usage;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const why: unknown = stops.stopAll.aborted ? stops.stopAll.reason : error;
    const words = why instanceof Error ? (stops.stopAll.aborted ? why.message : (why.stack ?? why.message)) : String(why);
    process.stderr.write(`ralph: ${words}\n`);
    process.exit(stops.stopAll.aborted ? EXIT.stopped : startFailure(error));
  },
);
