import type { RegisterResponse } from '../../server/contracts/worker-protocol.ts';
import type { GitRemote } from './git/git.ts';
import { pushBranch } from './git/push.ts';
import type { Emitter } from './io/emitter.ts';
import { type Gateway, GatewayRefused } from './io/gateway.ts';
import type { Heartbeat } from './io/heartbeat.ts';
import type { Ending, Link } from './link.ts';

/** Telling the factory how it ended may take this long, and after a stop this long. */
const END_MS = 60_000;
const END_STOPPED_MS = 1_000;
const FLUSH_MS = 30_000;

/** The factory above the loop, reached by the worker protocol. */
export function factoryLink(deps: {
  gateway: Gateway;
  heartbeat: Heartbeat;
  emitter: Emitter;
  run: RegisterResponse;
  remote: GitRemote;
  stopAgent: AbortSignal;
  stopAll: AbortSignal;
}): Link {
  const { gateway, heartbeat, emitter, run, remote, stopAgent, stopAll } = deps;
  return {
    ready: () => heartbeat.fresh(stopAgent),
    grant: async (n) => {
      heartbeat.iteration = n;
      return gateway.iteration(n, stopAll);
    },
    lock: (paths) => gateway.lock(paths, stopAll),
    push: (git) => pushBranch(git, { remote, branch: run.branch, signal: stopAll }),
    claim: async (commit) => {
      // The factory judges by the stored spec: it must have it before the claim.
      while (!(await emitter.flush(FLUSH_MS)) && !stopAgent.aborted);
      let round: number;
      try {
        const answer = await gateway.complete(commit, stopAll);
        if (answer.openTasks.length > 0) return { kind: 'open', message: `open tasks: ${answer.openTasks.join('; ')}` };
        round = answer.round;
      } catch (error) {
        if (error instanceof GatewayRefused) return { kind: 'open', message: error.message };
        throw error;
      }
      const verdict = await heartbeat.verdict(round, stopAgent);
      if (verdict === null) return { kind: 'stopped' };
      heartbeat.ackVerifyRound = verdict.round;
      return verdict.status === 'accepted' ? { kind: 'accepted' } : { kind: 'red', exitCode: verdict.exitCode, log: verdict.log };
    },
    wasDown: () => {
      const down = heartbeat.misses > 0;
      heartbeat.misses = 0;
      return down;
    },
    end: (ending) => tell(gateway, ending),
  };
}

async function tell(gateway: Gateway, ending: Ending): Promise<void> {
  const signal = AbortSignal.timeout(ending.kind === 'stopped' ? END_STOPPED_MS : END_MS);
  switch (ending.kind) {
    case 'completed':
      return;
    case 'stuck':
      await gateway.stuck(ending, signal);
      return;
    case 'yielded':
      await gateway.fail(
        { kind: 'yielded', message: ending.message, ...(ending.notBefore === undefined ? {} : { notBefore: ending.notBefore.toISOString() }) },
        signal,
      );
      return;
    case 'failed':
      await gateway.fail({ kind: 'error', message: ending.message }, signal);
      return;
    case 'stopped':
      await gateway.fail({ kind: 'stopped', message: ending.message }, signal);
      return;
  }
}
