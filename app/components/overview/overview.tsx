'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { Status } from '../../../server/contracts/rest.ts';
import { NEEDS_PERSON_STATES } from '../../../server/domain/work/states.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { FirstRun } from './first-run.tsx';
import { KillButton } from '../workers/kill-button.tsx';
import { NotIsolated } from '../run-words.tsx';
import { useRowKeys } from '../use-row-keys.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Ago, Chip, Heading, StateBadge } from '../ui.tsx';

const REFRESH_MS = 2_000;

/** The factory at a glance: what it does, what it waits for, and where it needs a person. */
export function Overview({ hideFirstSteps }: { hideFirstSteps: boolean }) {
  const trpc = useTRPC();
  const status = useQuery(trpc.status.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  if (!status.data) {
    return (
      <>
        <PageTitle>Overview</PageTitle>
        <h1 className="sr-only">Overview</h1>
        <QueryState query={status} what="The overview" rows={8} />
      </>
    );
  }
  const { data } = status;
  return (
    <>
      <PageTitle>Overview</PageTitle>
      <h1 className="sr-only">Overview</h1>
      <QueryState query={status} what="The overview" />
      <FirstRun hiddenBefore={hideFirstSteps} />
      <Figures status={data} />
      {data.paused && (
        <p className="mt-4 border-l-2 border-warn py-1 pl-3">
          {data.paused}.{' '}
          <Link href="/settings/limits" className="underline">
            Settings
          </Link>
        </p>
      )}
      {data.waiting && !data.paused && (
        <p className="mt-4 border-l-2 border-warn py-1 pl-3">
          <span className="text-muted">The next worker waits: </span>
          {data.waiting.reason}
          {data.waiting.retryAt && (
            <span className="text-muted">
              {' '}
              (<Ago at={data.waiting.retryAt} />)
            </span>
          )}
        </p>
      )}
      <NeedsYou status={data} />
      <Workers />
      <PullRequests status={data} />
      <Supervisors status={data} />
    </>
  );
}

function Figures({ status }: { status: Status }) {
  const figures = [
    { label: 'Waiting', value: String(status.queueDepth) },
    { label: 'Workers', value: `${status.workersAlive} / ${status.maxWorkers}` },
    { label: 'Iterations today', value: `${status.iterationsToday} / ${status.dailyBudget}` },
    {
      label: 'USD today',
      value: status.dailyBudgetUsd === null ? status.usdToday.toFixed(2) : `${status.usdToday.toFixed(2)} / ${status.dailyBudgetUsd}`,
      more: status.usdReserved < 0.005 ? null : `${status.usdReserved.toFixed(2)} of it reserved for calls under way`,
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-y-4 border-b border-line pb-5 sm:grid-cols-4">
      {figures.map(({ label, value, more = null }) => (
        <div key={label}>
          <dt className="text-[13px] text-muted">{label}</dt>
          <dd className="text-xl font-semibold tabular-nums">{value}</dd>
          {more !== null && <dd className="text-[13px] tabular-nums text-muted">{more}</dd>}
        </div>
      ))}
    </dl>
  );
}

function NeedsYou({ status }: { status: Status }) {
  const router = useRouter();
  const current = useRowKeys({ ids: status.needsYou.map(({ id }) => id), open: (id) => router.push(`/work/${id}`) });
  const more = status.needsYouTotal - status.needsYou.length;
  return (
    <section aria-label="Needs you" className="mt-8">
      <Heading>Needs you</Heading>
      {status.needsYou.length === 0 && <p className="text-muted">Nothing needs you.</p>}
      <ul className="divide-y divide-line">
        {status.needsYou.map((item) => (
          <li
            key={item.id}
            data-current={item.id === current || undefined}
            aria-current={item.id === current || undefined}
            className="flex flex-wrap items-center gap-x-4 py-2 data-current:bg-hover"
          >
            <StateBadge state={item.state} />
            <Link href={`/work/${item.id}`} className="min-w-0 flex-1 truncate font-medium hover:underline">
              {item.title}
            </Link>
            <span className="w-full truncate text-muted sm:w-auto sm:max-w-[50%]">{item.reason}</span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p className="mt-2 text-muted">
          and {more} more:{' '}
          {NEEDS_PERSON_STATES.filter((state) => (status.counts[state] ?? 0) > 0).map((state) => (
            <Link key={state} href={`/work?state=${state}`} className="mr-3 text-accent hover:underline">
              {status.counts[state]} {state.replace('_', ' ')}
            </Link>
          ))}
        </p>
      )}
    </section>
  );
}

function Workers() {
  const trpc = useTRPC();
  const workers = useQuery(trpc.workers.queryOptions({ recent: false }, { refetchInterval: REFRESH_MS }));
  const list = workers.data?.workers ?? [];
  return (
    <section aria-label="Workers" className="mt-8">
      <Heading>Workers</Heading>
      {workers.data && list.length === 0 && <p className="text-muted">No worker is alive.</p>}
      <QueryState query={workers} what="Workers" rows={2} />
      <ul className="divide-y divide-line">
        {list.map((worker) => (
          <li key={worker.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span className="w-20 text-accent">{worker.state}</span>
            <Link href={`/workers/${worker.id}`} className="min-w-3/5 flex-1 truncate sm:min-w-0 font-medium hover:underline">
              {worker.title}
            </Link>
            {worker.agent === 'demo' && <Chip tone="text-warn">demo</Chip>}
            {!worker.isolated && <NotIsolated />}
            <span className="text-muted tabular-nums">iteration {worker.iteration}</span>
            <span className="text-muted">heartbeat {worker.lastBeatAt ? <Ago at={worker.lastBeatAt} /> : 'none yet'}</span>
            <KillButton worker={worker} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PullRequests({ status }: { status: Status }) {
  if (status.recentPullRequests.length === 0) return null;
  return (
    <section aria-label="Pull requests" className="mt-8">
      <Heading>Pull requests of the last 7 days</Heading>
      <ul className="divide-y divide-line">
        {status.recentPullRequests.map((pull) => (
          <li key={pull.id} className="flex items-center gap-4 py-2">
            <span className={`w-14 font-medium ${pull.event === 'closed' ? 'text-muted' : 'text-ok'}`}>{pull.event}</span>
            <Link href={`/work/${pull.id}`} className="min-w-0 flex-1 truncate font-medium hover:underline">
              {pull.title}
            </Link>
            <a href={pull.prUrl} rel="noreferrer" className="text-accent hover:underline">
              Open
            </a>
            <span className="text-muted">
              <Ago at={pull.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Supervisors({ status }: { status: Status }) {
  return (
    <section aria-label="Supervisors" className="mt-8">
      <Heading aside={<span className="text-xs text-muted">version {status.version}</span>}>Supervisors</Heading>
      {status.supervisors.length === 0 && (
        <p className="text-muted">
          No supervisor has started yet: run <code className="font-mono text-[13px]">npm start</code>.
        </p>
      )}
      <ul className="divide-y divide-line">
        {status.supervisors.map((supervisor) => (
          <li key={supervisor.id} className="py-2">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className={supervisor.alive ? 'text-ok' : 'text-bad'}>{supervisor.alive ? 'alive' : 'silent'}</span>
              <span className="min-w-0 flex-1 truncate">{supervisor.host}</span>
              {supervisor.facts.agent === 'demo' && <Chip tone="text-warn">demo agent</Chip>}
              {supervisor.facts.isolated === false && <NotIsolated />}
              <span className="text-muted">{supervisor.runtime}</span>
              <span className="text-muted">
                heartbeat <Ago at={supervisor.beatAt} />
              </span>
            </div>
            {supervisor.pauseReason && <p className="mt-1 text-warn">Takes no work: {supervisor.pauseReason}</p>}
            {supervisor.alive && supervisor.facts.off.length > 0 && (
              <ul className="mt-1 text-muted">
                {supervisor.facts.off.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
