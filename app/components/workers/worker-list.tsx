'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { WorkerView } from '../../../server/contracts/rest.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Chip, Failed, Heading, Skeleton, Stale, Usd } from '../ui.tsx';
import { KillButton } from './kill-button.tsx';
import { Cpu, Memory } from './vitals.tsx';

const REFRESH_MS = 2_000;

/** Who works now, and who worked last. */
export function WorkerList() {
  const trpc = useTRPC();
  const workers = useQuery(trpc.workers.queryOptions({ recent: true }, { refetchInterval: REFRESH_MS }));
  const list = workers.data?.workers ?? [];
  const live = list.filter((worker) => worker.endedAt === null);
  const ended = list.filter((worker) => worker.endedAt !== null);
  return (
    <>
      <PageTitle>Workers</PageTitle>
      <h1 className="sr-only">Workers</h1>
      {workers.isRefetchError && <Stale since={workers.dataUpdatedAt} />}
      {workers.isError && !workers.data && (
        <Failed what="Workers could not be loaded" why={describeError(workers.error).message} retry={() => void workers.refetch()} />
      )}
      {workers.isPending && <Skeleton rows={6} />}
      {workers.data && (
        <div>
          <Heading>Live</Heading>
          {live.length === 0 ? (
            <p className="text-muted">
              No worker is alive. One starts when work waits and the{' '}
              <Link href="/settings/limits" className="underline">
                limits
              </Link>{' '}
              allow it.
            </p>
          ) : (
            <Table workers={live} />
          )}
          {ended.length > 0 && (
            <>
              <Heading>Ended last</Heading>
              <Table workers={ended} />
            </>
          )}
        </div>
      )}
    </>
  );
}

function Table({ workers }: { workers: WorkerView[] }) {
  const live = workers[0]?.endedAt === null;
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pr-4 [&>th]:font-normal">
            <th>State</th>
            <th className="w-full min-w-40">Work item</th>
            <th className="text-right">Iteration</th>
            <th className="hidden whitespace-nowrap sm:table-cell">{live ? 'Heartbeat' : 'Ended'}</th>
            <th className="hidden md:table-cell">Runtime</th>
            {live && <th className="hidden text-right md:table-cell">CPU</th>}
            {live && <th className="hidden text-right md:table-cell">Memory</th>}
            <th className="hidden text-right sm:table-cell">USD</th>
            {live && (
              <th>
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.id} className="border-b border-line align-top hover:bg-hover [&>td]:py-2 [&>td]:pr-4">
              <td className={`whitespace-nowrap ${live ? 'text-accent' : 'text-muted'}`}>
                {live ? worker.state : (worker.reason ?? worker.state).replaceAll('_', ' ')}
              </td>
              <td className="max-w-0">
                <Link href={`/workers/${worker.id}`} className="block truncate font-medium leading-6 hover:underline">
                  {worker.title}
                </Link>
                <div className="flex items-center gap-2 truncate text-[13px] text-muted">
                  <span className="truncate">{worker.repo}</span>
                  {worker.agent === 'demo' && <Chip tone="text-warn">demo</Chip>}
                  {!worker.isolated && <Chip tone="text-warn">not isolated</Chip>}
                </div>
              </td>
              <td className="text-right tabular-nums">{worker.iteration}</td>
              <td className="hidden text-muted sm:table-cell">{live ? <Beat worker={worker} /> : worker.endedAt && <Ago at={worker.endedAt} />}</td>
              <td className="hidden text-muted md:table-cell">{worker.runtime}</td>
              {live && (
                <td className="hidden text-right md:table-cell">
                  <Cpu worker={worker} />
                </td>
              )}
              {live && (
                <td className="hidden whitespace-nowrap text-right md:table-cell">
                  <Memory worker={worker} />
                </td>
              )}
              <td className="hidden text-right sm:table-cell">
                <Usd value={worker.costUsd} />
              </td>
              {live && (
                <td>
                  <KillButton worker={worker} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Beat({ worker }: { worker: WorkerView }) {
  return worker.lastBeatAt ? <Ago at={worker.lastBeatAt} /> : <>none yet</>;
}
