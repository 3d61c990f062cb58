'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { RunView, ShownWorkItem } from '../../../server/contracts/rest.ts';
import { isAlive } from '../../../server/domain/work/states.ts';
import { duration } from '../metrics/format.ts';
import { endMeans, EndReasonWord } from '../run-words.tsx';
import { QueryState } from '../query-state.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Usd } from '../ui.tsx';
import { RUN_TONE } from '../work-item/runs.tsx';
import { IterationLine } from './iteration-line.tsx';
import { LineCounts } from './line-counts.tsx';
import { useChanges } from './use-changes.ts';

const REFRESH_MS = 3_000;
const HEAD = ['Run', 'How it ended', 'Started', 'Took', 'Iterations', 'Tokens', 'USD', 'Checks', 'Changes'];
/** Columns of figures stand right. */
const FIGURES = new Set(['Took', 'Iterations', 'Tokens', 'USD', 'Changes']);

/** The runs of a work item side by side, each with its iterations on a time line. */
export function RunsView({ item }: { item: ShownWorkItem }) {
  const trpc = useTRPC();
  const iterations = useQuery(trpc.work.iterations.queryOptions({ id: item.id }, { refetchInterval: REFRESH_MS }));
  if (item.runs.length === 0) return <p className="py-3 text-muted">No worker has started yet.</p>;
  const dearest = Math.max(0, ...(iterations.data ?? []).map(({ costUsd }) => costUsd));
  return (
    <section aria-label="Runs side by side">
      <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label="Table of runs">
        <table className="w-full text-[13px] tabular-nums">
          <thead className="text-left text-muted">
            <tr className="border-b border-line">
              {HEAD.map((label) => (
                <th key={label} scope="col" className={`whitespace-nowrap py-1.5 pr-4 font-medium last:pr-0 ${FIGURES.has(label) ? 'text-right' : ''}`}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {item.runs.map((run, index) => (
              <Row key={run.id} item={item} run={run} n={index + 1} />
            ))}
          </tbody>
        </table>
      </div>
      <EndWords runs={item.runs} />
      <QueryState query={iterations} what="The iterations" rows={3} />
      {iterations.data &&
        item.runs.map((run, index) => (
          <IterationLine
            key={run.id}
            run={run}
            n={index + 1}
            dearest={dearest}
            now={iterations.dataUpdatedAt}
            iterations={iterations.data.filter(({ runId }) => runId === run.id)}
          />
        ))}
    </section>
  );
}

function Row({ item, run, n }: { item: ShownWorkItem; run: RunView; n: number }) {
  const seconds = (Date.parse(run.endedAt ?? '') - Date.parse(run.startedAt)) / 1000;
  const word = run.reason ?? run.state;
  return (
    <tr>
      <th scope="row" className="py-1.5 pr-4 text-left font-medium">
        {n}
      </th>
      <td className={`whitespace-nowrap py-1.5 pr-4 ${RUN_TONE[word] ?? ''}`}>{run.reason === null ? run.state : <EndReasonWord reason={run.reason} />}</td>
      <td className="py-1.5 pr-4 text-muted">
        <Ago at={run.startedAt} />
      </td>
      <td className="whitespace-nowrap py-1.5 pr-4 text-right">{run.endedAt === null ? (isAlive(run.state) ? 'runs' : '–') : duration(seconds)}</td>
      <td className="py-1.5 pr-4 text-right">{run.iterations}</td>
      <td className="py-1.5 pr-4 text-right">{run.tokens.toLocaleString('en')}</td>
      <td className="py-1.5 pr-4 text-right">
        <Usd value={run.costUsd} />
      </td>
      <td className={`whitespace-nowrap py-1.5 pr-4 ${run.verifyExit === null ? 'text-muted' : run.verifyExit === 0 ? 'text-ok' : 'text-bad'}`}>
        {run.verifyExit === null ? 'not run' : run.verifyExit === 0 ? 'pass' : `exit ${run.verifyExit}`}
      </td>
      <td className="py-1.5 text-right">
        <OwnChanges item={item} run={run} n={n} />
      </td>
    </tr>
  );
}

/** What the words in the column mean, for those who do not hover over them. */
function EndWords({ runs }: { runs: RunView[] }) {
  const reasons = [...new Set(runs.map(({ reason }) => reason))].filter((reason) => endMeans(reason) !== null);
  if (reasons.length === 0) return null;
  return (
    <dl className="mt-2 text-[13px] text-muted">
      {reasons.map((reason) => (
        <div key={reason}>
          <dt className="inline font-medium">
            <EndReasonWord reason={reason} />
          </dt>
          <dd className="inline">: {endMeans(reason)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How much a run changed, and the way to it. */
function OwnChanges({ item, run, n }: { item: ShownWorkItem; run: RunView; n: number }) {
  const path = usePathname();
  const { data, error } = useChanges({ id: item.id, runId: run.id, head: run.headCommit });
  if (error)
    return (
      <span className="text-muted" title={describeError(error).message}>
        not at hand
      </span>
    );
  if (data === undefined) return <span className="text-muted">…</span>;
  if (data === null || data.files.length === 0) return <span className="text-muted">none</span>;
  return (
    <Link href={`${path}?view=changes&run=${run.id}`} replace scroll={false} className="relative inline-block hover:underline">
      <span className="sr-only">Changes of run {n}: </span>
      <LineCounts additions={data.additions} deletions={data.deletions} />
    </Link>
  );
}
