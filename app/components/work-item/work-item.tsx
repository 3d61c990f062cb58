'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { useAtOnce } from '../work/at-once.ts';
import { Checklist } from './checklist.tsx';
import { WorkViews } from '../changes/work-views.tsx';
import { PageTitle } from '../shell/page-title.tsx';
import { Runs } from './runs.tsx';
import { Budgets } from './budgets.tsx';
import { Messages } from './messages.tsx';
import { PrioritySelect } from '../work/priority-select.tsx';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Ago, Chip, Heading, Skeleton, StateBadge } from '../ui.tsx';
import { verificationOf } from './verification.ts';
import { WaitingReason, WorkFacts } from './work-facts.tsx';
import { WorkLearnings } from './work-learnings.tsx';
import { WorkActions } from '../work/work-actions.tsx';

/** Its code is fetched when somebody opens it. */
const SpecView = dynamic(() => import('./spec-view.tsx').then((module) => module.SpecView), { ssr: false, loading: () => <Skeleton rows={4} /> });

const REFRESH_MS = 2_000;
const SPEC_REFRESH_MS = 5_000;

/** One work item: what is to be done, what was done, and the log while it is done. */
export function WorkItemScreen({ id }: { id: string }) {
  const trpc = useTRPC();
  const { asWanted } = useAtOnce();
  const item = useQuery(trpc.work.get.queryOptions({ id }, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }));
  if (!item.data) {
    return (
      <>
        <PageTitle>Work item</PageTitle>
        <h1 className="sr-only">Work item</h1>
        <QueryState query={item} what="The work item" rows={10} />
      </>
    );
  }
  const data = asWanted(item.data);
  return (
    <>
      <PageTitle>{data.title}</PageTitle>
      <QueryState query={item} what="The work item" />
      <Header item={data} />
      <div className="mt-6 grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,2fr)_minmax(0,5fr)]">
        <aside>
          <Tasks item={data} />
          <Messages item={data} />
          <Runs item={data} />
          <WorkLearnings id={id} />
          <Budgets item={data} />
          <WorkFacts item={data} />
        </aside>
        {/* On a phone what happens now comes first. */}
        <section className="min-w-0 max-lg:order-first">
          <WorkViews item={data} />
        </section>
      </div>
    </>
  );
}

function Header({ item }: { item: ShownWorkItem }) {
  const run = item.runs.at(-1);
  const verification = verificationOf(item);
  return (
    <header>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 dir="auto" className="min-w-0 break-words text-lg font-semibold">
          {item.title}
        </h1>
        <WorkActions item={item} can={item.can} />
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-muted">
        <StateBadge state={item.state} />
        {item.pausing && <Chip tone="text-warn">pausing: the worker stores what it has</Chip>}
        <Link href={`/work?repo=${encodeURIComponent(item.repo)}`} className="break-all hover:underline">
          {item.repo}
        </Link>
        <PrioritySelect item={item} />
        {verification && <Chip tone={verification.tone}>{verification.words}</Chip>}
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
          <WaitingReason item={item} />
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
function Reasons({ item }: { item: ShownWorkItem }) {
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

/** The spec as it reads, with the boxes as they are now. */
function WholeSpec({ id }: { id: string }) {
  const trpc = useTRPC();
  const spec = useQuery(trpc.work.spec.queryOptions({ id }, { refetchInterval: SPEC_REFRESH_MS }));
  return (
    <>
      <QueryState query={spec} what="The spec" rows={4} />
      {spec.data !== undefined && <SpecView spec={spec.data} />}
    </>
  );
}

function Tasks({ item }: { item: ShownWorkItem }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Heading aside={<span className="text-xs tabular-nums text-muted">{`${item.tasks.done} of ${item.tasks.total}`}</span>}>Tasks</Heading>
      <Checklist tasks={item.checklist} />
      <details className="mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="cursor-pointer text-muted">The whole spec</summary>
        {open && <WholeSpec id={item.id} />}
      </details>
    </>
  );
}
