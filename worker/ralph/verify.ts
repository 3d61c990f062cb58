import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from './args.ts';
import type { Stops } from './ending.ts';
import { directEnv, type FactoryAddress } from './factory.ts';
import { prepareCheckout } from './git/checkout.ts';
import { Gateway } from './io/gateway.ts';
import { cleanEnv, runShell } from './io/shell.ts';
import { whyOrphaned } from './orphan.ts';
import type { Environment } from '../../server/domain/process-env.ts';

/** What `timeout` answers too. */
const EXIT_TIMEOUT = 124;

/**
 * A verifier's whole life: the commit that the gateway names, the setup and the verify command that the factory holds,
 * no agent. Answers the verify command's exit code, or the setup command's where that fails.
 */
export async function runVerifier(deps: {
  address: FactoryAddress;
  workspace: string;
  env: Environment;
  write: (chunk: string) => void;
  stops: Stops;
}): Promise<number> {
  const { address, stops, write } = deps;
  const signal = stops.stopAll;
  const { workspace } = deps;
  mkdirSync(workspace, { recursive: true });
  const gateway = new Gateway({
    ...address,
    onOutage: (message) => write(`the gateway does not answer, trying again: ${message}\n`),
    onSilence: (silentMs) => {
      const orphaned = whyOrphaned({ workspace, silentMs });
      if (orphaned !== null) stops.stop(orphaned);
    },
  });
  const run = await gateway.register(signal);
  if (run.verify === null) {
    write('there is no verify command\n');
    return EXIT.usage;
  }
  const dir = join(workspace, 'repo');
  const git = await prepareCheckout({
    dir,
    env: directEnv(deps.env, address.url),
    signal,
    remote: { url: `${address.url}${run.gitPath}`, token: address.token },
    branch: run.branch,
    startCommit: run.startCommit,
  });
  write(`commit ${await git.head()}\n`);
  const env = { ...cleanEnv(deps.env), ...run.testEnv };
  const step = async (name: string, command: string): Promise<number> => {
    write(`${name}: ${command}\n`);
    const result = await runShell({ command, cwd: dir, env, signal, onOutput: write });
    if (signal.aborted) return EXIT.stopped;
    const code = result.exitCode ?? EXIT_TIMEOUT;
    write(`${name} ended with exit code ${code}\n`);
    return code;
  };
  if (run.setup !== null) {
    const code = await step('setup', run.setup);
    if (code !== 0) {
      write('the setup command failed: the verify command was not run\n');
      return code;
    }
  }
  return step('verify', run.verify);
}
