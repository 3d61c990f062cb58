'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { WorkerView } from '../../../server/contracts/rest.ts';
import { LiveLog } from '../log/live-log.tsx';
import { PageTitle } from '../shell/page-title.tsx';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { endMeans, EndReasonWord, NotIsolated } from '../run-words.tsx';
import { Ago, Chip, Usd } from '../ui.tsx';
import { KillButton } from './kill-button.tsx';
import { Cpu, Memory } from './vitals.tsx';

const REFRESH_MS = 2_000;

/** One worker: how it is, and its log. */
export function WorkerScreen({ id }: { id: string }) {
  const trpc = useTRPC();
  const worker = useQuery(trpc.worker.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  if (!worker.data) {
    return (
      <>
        <PageTitle>Worker</PageTitle>
        <h1 className="sr-only">Worker</h1>
        <QueryState query={worker} what="The worker" rows={8} />
      </>
    );
  }
  const { data } = worker;
  const means = endMeans(data.reason);
  return (
    <>
      <PageTitle>{`Worker of ${data.title}`}</PageTitle>
      <QueryState query={worker} what="The worker" />
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="break-words text-lg font-semibold">{data.title}</h1>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
            <span className={data.endedAt ? '' : 'font-medium text-accent'}>
              {data.endedAt ? <>ended: {<EndReasonWord reason={data.reason} />}</> : data.state}
            </span>
            <Link href={`/work/${data.workItemId}`} className="text-accent hover:underline">
              Work item
            </Link>
            <span className="break-all">{data.repo}</span>
            {data.agent === 'demo' && <Chip tone="text-warn">demo agent, no model</Chip>}
            {!data.isolated && <NotIsolated />}
          </p>
          {means !== null && <p className="mt-1 text-[13px] text-muted">{means[0]?.toUpperCase() + means.slice(1)}.</p>}
        </div>
        <KillButton worker={data} />
      </header>
      <Vitals worker={data} />
      <LiveLog id={data.workItemId} runId={data.id} />
    </>
  );
}

function Vitals({ worker }: { worker: WorkerView }) {
  const figures: [string, ReactNode][] = [
    worker.endedAt
      ? ['Ended', <Ago key="ended" at={worker.endedAt} />]
      : ['Heartbeat', worker.lastBeatAt ? <Ago key="beat" at={worker.lastBeatAt} /> : 'none yet'],
    ['CPU', <Cpu key="cpu" worker={worker} />],
    ['Memory', <Memory key="memory" worker={worker} />],
    ['Iteration', worker.iteration],
    ['Tokens', worker.tokens.toLocaleString('en')],
    ['USD', <Usd key="usd" value={worker.costUsd} />],
    ['Runtime', worker.runtime],
    ['Started', <Ago key="started" at={worker.startedAt} />],
  ];
  return (
    <dl className="my-5 grid grid-cols-2 gap-x-6 gap-y-3 border-y border-line py-3 sm:grid-cols-4 lg:grid-cols-8">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt className="text-[13px] text-muted">{label}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
