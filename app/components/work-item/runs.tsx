'use client';

import type { RunView, ShownWorkItem } from '../../../server/contracts/rest.ts';
import { Ago, Heading, Usd } from '../ui.tsx';

/** The attempts at a work item, newest first. */
export function Runs({ item }: { item: ShownWorkItem }) {
  return (
    <>
      <Heading>Runs</Heading>
      {item.runs.length === 0 && <p className="text-muted">No worker has started yet.</p>}
      <ol className="divide-y divide-line">
        {[...item.runs].reverse().map((run, index) => (
          <li key={run.id} className="py-2">
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span>
                <span className="text-muted">{item.runs.length - index}. </span>
                <span className={RUN_TONE[run.reason ?? run.state] ?? ''}>{(run.reason ?? run.state).replaceAll('_', ' ')}</span>
              </span>
              <span className="text-muted">
                <Ago at={run.startedAt} />
              </span>
            </div>
            <p className="text-[13px] tabular-nums text-muted">
              {run.iterations} {run.iterations === 1 ? 'iteration' : 'iterations'} · {run.tokens.toLocaleString('en')} tokens · <Usd value={run.costUsd} /> ·{' '}
              {run.runtime}, {run.agent}
            </p>
            {run.detail && run.reason !== 'verified' && <p className="mt-1 whitespace-pre-wrap break-words text-[13px]">{run.detail}</p>}
            <Verdict run={run} />
            {run.tail && (
              <details className="mt-1">
                <summary className="cursor-pointer text-[13px] text-muted">The worker’s last lines</summary>
                <pre className="mt-1 max-h-72 overflow-auto bg-panel p-2 font-mono text-xs">{run.tail}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The colour of how a run ended, or of what it does. */
export const RUN_TONE: Record<string, string> = {
  verified: 'text-ok',
  running: 'text-accent',
  starting: 'text-accent',
  verifying: 'text-accent',
  publishing: 'text-accent',
  stuck: 'text-warn',
  budget: 'text-warn',
  failed: 'text-bad',
  worker_exited: 'text-bad',
  out_of_memory: 'text-bad',
  heartbeat_lost: 'text-bad',
  engine_error: 'text-bad',
  publish_failed: 'text-bad',
};

function Verdict({ run }: { run: RunView }) {
  if (run.verifyExit === null) return null;
  return (
    <p className={`text-[13px] ${run.verifyExit === 0 ? 'text-ok' : 'text-bad'}`}>
      {run.verifyExit === 0 ? 'The checks pass.' : `The checks fail (exit ${run.verifyExit}).`}
    </p>
  );
}
