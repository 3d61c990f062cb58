'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { WorkerView } from '../../../server/contracts/rest.ts';
import { isAlive } from '../../../server/domain/work/states.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { EndReasonWord, NotIsolated } from '../run-words.tsx';
import { Ago, Chip, Heading, Usd } from '../ui.tsx';
import { useRowKeys } from '../use-row-keys.ts';
import { KillButton } from './kill-button.tsx';
import { Cpu, Memory } from './vitals.tsx';

const REFRESH_MS = 2_000;

/** Who works now, and who worked last. */
export function WorkerList() {
  const trpc = useTRPC();
  const router = useRouter();
  const workers = useQuery(trpc.workers.queryOptions({ recent: true }, { refetchInterval: REFRESH_MS }));
  const list = workers.data?.workers ?? [];
  const live = list.filter((worker) => isAlive(worker.state));
  const publishing = list.filter((worker) => worker.state === 'publishing');
  const ended = list.filter((worker) => worker.state === 'ended');
  const current = useRowKeys({ ids: [...live, ...publishing, ...ended].map(({ id }) => id), open: (id) => router.push(`/workers/${id}`) });
  return (
    <>
      <PageTitle>Workers</PageTitle>
      <h1 className="sr-only">Workers</h1>
      <QueryState query={workers} what="Workers" rows={6} />
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
            <Table workers={live} current={current} />
          )}
          {publishing.length > 0 && (
            <>
              <Heading>Publishing</Heading>
              <p className="mb-1 text-muted">Their workers are done; what they made is pushed, and its pull request opened.</p>
              <Table workers={publishing} current={current} />
            </>
          )}
          {ended.length > 0 && (
            <>
              <Heading>Ended last</Heading>
              <Table workers={ended} current={current} />
            </>
          )}
        </div>
      )}
    </>
  );
}

/** @param current id of the row that the keys are on */
function Table({ workers, current }: { workers: WorkerView[]; current: string | null }) {
  const live = workers.some((worker) => isAlive(worker.state));
  const over = workers.some((worker) => worker.state === 'ended');
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pr-4 [&>th]:font-normal">
            <th>State</th>
            <th className="w-full min-w-40">Work item</th>
            <th className="text-right">Iteration</th>
            <th className="hidden whitespace-nowrap sm:table-cell">{over ? 'Ended' : 'Heartbeat'}</th>
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
            <tr
              key={worker.id}
              data-current={worker.id === current || undefined}
              aria-current={worker.id === current || undefined}
              className="border-b border-line align-top hover:bg-hover data-current:bg-hover [&>td]:py-2 [&>td]:pr-4"
            >
              <td className={`whitespace-nowrap ${live ? 'text-accent' : 'text-muted'}`}>{over ? <EndReasonWord reason={worker.reason} /> : worker.state}</td>
              <td className="max-w-0">
                <Link href={`/workers/${worker.id}`} className="line-clamp-2 break-words font-medium leading-6 hover:underline sm:line-clamp-1 sm:break-all">
                  {worker.title}
                </Link>
                <div className="flex flex-wrap items-center gap-x-2 text-[13px] text-muted sm:flex-nowrap">
                  <span className="max-w-full truncate">{worker.repo}</span>
                  {worker.agent === 'demo' && <Chip tone="text-warn">demo</Chip>}
                  {!worker.isolated && <NotIsolated />}
                </div>
                <p className="flex flex-wrap gap-x-3 text-[13px] text-muted md:hidden">
                  <span className="sm:hidden">
                    {over ? 'ended' : 'heartbeat'} <When worker={worker} />
                  </span>
                  {live && (
                    <>
                      <span>
                        CPU <Cpu worker={worker} />
                      </span>
                      <span>
                        memory <Memory worker={worker} />
                      </span>
                    </>
                  )}
                  <span className="sm:hidden">
                    <Usd value={worker.costUsd} />
                  </span>
                </p>
              </td>
              <td className="text-right tabular-nums">{worker.iteration}</td>
              <td className="hidden text-muted sm:table-cell">
                <When worker={worker} />
              </td>
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

/** When it ended, or last gave a sign of life. */
function When({ worker: { endedAt, lastBeatAt } }: { worker: WorkerView }) {
  const at = endedAt ?? lastBeatAt;
  return at === null ? <>none yet</> : <Ago at={at} />;
}
