'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useMemo } from 'react';
import Markdown from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import type { WorkItemView } from '../../../server/contracts/rest.ts';
import { parseSpec } from '../../../server/domain/spec.ts';
import { Checklist } from './checklist.tsx';
import { WorkViews } from '../changes/work-views.tsx';
import { PageTitle } from '../shell/page-title.tsx';
import { Runs } from './runs.tsx';
import { Budgets } from './budgets.tsx';
import { Messages } from './messages.tsx';
import { PrioritySelect } from './priority-select.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Chip, Failed, Heading, Skeleton, Stale, StateBadge } from '../ui.tsx';
import { WorkLearnings } from './work-learnings.tsx';
import { WorkActions } from './work-actions.tsx';

const REFRESH_MS = 2_000;

/** One work item: what is to be done, what was done, and the log while it is done. */
export function WorkItemScreen({ id }: { id: string }) {
  const trpc = useTRPC();
  const item = useQuery(trpc.work.get.queryOptions({ id }, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }));
  if (!item.data) {
    return (
      <>
        <PageTitle>Work item</PageTitle>
        <h1 className="sr-only">Work item</h1>
        {item.isError ? (
          <Failed what="The work item could not be loaded" why={describeError(item.error).message} retry={() => void item.refetch()} />
        ) : (
          <Skeleton rows={10} />
        )}
      </>
    );
  }
  const { data } = item;
  return (
    <>
      <PageTitle>{data.title}</PageTitle>
      {item.isRefetchError && <Stale since={item.dataUpdatedAt} />}
      <Header item={data} />
      <div className="mt-6 grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,2fr)_minmax(0,5fr)]">
        <aside>
          <Tasks item={data} />
          <Messages item={data} />
          <Runs item={data} />
          <WorkLearnings id={id} />
          <Budgets item={data} />
        </aside>
        <section className="min-w-0">
          <WorkViews item={data} />
        </section>
      </div>
    </>
  );
}

function Header({ item }: { item: WorkItemView }) {
  const run = item.runs.at(-1);
  return (
    <header>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 className="min-w-0 break-words text-lg font-semibold">{item.title}</h1>
        <WorkActions item={item} all />
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-muted">
        <StateBadge state={item.state} />
        {item.pausing && <Chip tone="text-warn">pausing: the worker stores what it has</Chip>}
        <Link href={`/work?repo=${encodeURIComponent(item.repo)}`} className="break-all hover:underline">
          {item.repo}
        </Link>
        <PrioritySelect item={item} />
        {item.verified === true && <Chip tone="text-ok">verified</Chip>}
        {item.verified === false && <Chip tone="text-bad">not verified: the checks fail</Chip>}
        {item.verified === null && ['in_review', 'completed', 'merged'].includes(item.state) && <Chip tone="text-warn">not verified: no command</Chip>}
        {run?.agent === 'demo' && <Chip tone="text-warn">demo agent, no model</Chip>}
        {run && !run.isolated && <Chip tone="text-warn">not isolated</Chip>}
        {item.prUrl && (
          <a href={item.prUrl} rel="noreferrer" className="text-accent hover:underline">
            Pull request
          </a>
        )}
        {item.branch && <code className="break-all font-mono text-[13px]">{item.branch}</code>}
        <span>
          submitted <Ago at={item.createdAt} /> by {item.createdBy}
        </span>
      </div>
      {item.waitingReason && (
        <p className="mt-3 border-l-2 border-warn py-0.5 pl-3">
          <span className="text-muted">Waits: </span>
          {item.waitingReason}
          {item.waitingUntil && (
            <span className="text-muted">
              {' '}
              (<Ago at={item.waitingUntil} />)
            </span>
          )}
        </p>
      )}
      <Reasons item={item} />
    </header>
  );
}

/** Why it is in its state, and what went wrong last. */
function Reasons({ item }: { item: WorkItemView }) {
  const bad = ['stuck', 'failed'].includes(item.state);
  const why = item.waitingReason ? null : item.stateReason;
  const error = item.lastError === why ? null : item.lastError;
  if (!why && !error) return null;
  return (
    <div className={`mt-3 border-l-2 py-0.5 pl-3 ${bad ? 'border-bad' : 'border-line'}`}>
      {why && <p className="whitespace-pre-wrap break-words">{why}</p>}
      {error && (
        <p className="whitespace-pre-wrap break-words">
          <span className="text-muted">Last error: </span>
          {error}
        </p>
      )}
    </div>
  );
}

function Tasks({ item }: { item: WorkItemView }) {
  const tasks = useMemo(() => parseSpec(item.spec).tasks, [item.spec]);
  return (
    <>
      <Heading aside={<span className="text-xs tabular-nums text-muted">{`${item.tasks.done} of ${item.tasks.total}`}</span>}>Tasks</Heading>
      <Checklist tasks={tasks} />
      <details className="mt-3">
        <summary className="cursor-pointer text-muted">The whole spec</summary>
        <div className="spec mt-2 break-words">
          {/* Nothing of a spec is loaded from elsewhere: images show their address. */}
          <Markdown
            remarkPlugins={[remarkGfm]}
            rehypePlugins={[rehypeSanitize]}
            components={{ img: ({ src }) => <code>{typeof src === 'string' ? src : 'image'}</code> }}
          >
            {item.spec}
          </Markdown>
        </div>
      </details>
    </>
  );
}
