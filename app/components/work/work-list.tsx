'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { type WorkItemRow, workItemStateSchema } from '../../../server/contracts/rest.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Failed, Skeleton, Stale, StateBadge, TaskBar, Usd } from '../ui.tsx';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { WorkActions } from './work-actions.tsx';

const REFRESH_MS = 3_000;

/** All work, newest first; every filter is in the address. */
export function WorkList() {
  const trpc = useTRPC();
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const state = workItemStateSchema.safeParse(query.get('state'));
  const repo = query.get('repo') ?? '';
  const q = query.get('q') ?? '';
  const [row, setRow] = useState(-1);
  const search = useRef<HTMLInputElement>(null);
  const input = { ...(state.success ? { state: [state.data] } : {}), ...(repo ? { repo } : {}), ...(q ? { q } : {}) };
  const work = useInfiniteQuery(
    trpc.work.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor, refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }),
  );
  const items = work.data?.pages.flatMap((page) => page.items) ?? [];

  useEffect(() => {
    if (query.get('focus') === 'search') search.current?.focus();
  }, [query]);
  useShortcuts({
    '/': () => search.current?.focus(),
    j: () => setRow((current) => Math.min(items.length - 1, current + 1)),
    k: () => setRow((current) => Math.max(0, current - 1)),
    Enter: () => {
      const item = items[row];
      if (item) router.push(`/work/${item.id}`);
    },
  });
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    next.delete('focus');
    if (value) next.set(name, value);
    else next.delete(name);
    router.replace(`${path}?${next}`);
  };
  const filtered = state.success || repo !== '' || q !== '';

  return (
    <>
      <PageTitle>Work</PageTitle>
      <h1 className="sr-only">Work</h1>
      <div className="mb-3 flex flex-wrap gap-2">
        <input
          ref={search}
          type="search"
          aria-label="Search"
          placeholder="Search title, repository or id"
          defaultValue={q}
          onChange={(event) => set('q', event.target.value)}
          className="h-8 min-w-0 flex-1 rounded border border-line bg-bg px-2.5 placeholder:text-muted"
        />
        <select
          aria-label="State"
          value={state.data ?? ''}
          onChange={(event) => set('state', event.target.value)}
          className="h-8 rounded border border-line bg-bg px-2"
        >
          <option value="">All states</option>
          {workItemStateSchema.options.map((option) => (
            <option key={option} value={option}>
              {option.replace('_', ' ')}
            </option>
          ))}
        </select>
        {repo && (
          <Button onClick={() => set('repo', '')} aria-label={`Show all repositories, not only ${repo}`}>
            {repo} ×
          </Button>
        )}
      </div>
      {work.isRefetchError && <Stale since={work.dataUpdatedAt} />}
      {work.isError && !work.data && <Failed what="Work could not be loaded" why={describeError(work.error).message} retry={() => void work.refetch()} />}
      {work.isPending && <Skeleton rows={8} />}
      {work.data && items.length === 0 && (filtered ? <p className="py-6 text-muted">Nothing fits these filters.</p> : <Empty />)}
      {items.length > 0 && <Table items={items} selected={row} setRepo={(name) => set('repo', name)} />}
      {work.hasNextPage && (
        <Button className="mt-4" disabled={work.isFetchingNextPage} onClick={() => void work.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function Table({ items, selected, setRepo }: { items: WorkItemRow[]; selected: number; setRepo: (name: string) => void }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pr-4 [&>th]:font-normal">
            <th>State</th>
            <th className="w-full">Title</th>
            <th className="hidden md:table-cell">Priority</th>
            <th className="hidden sm:table-cell">Tasks</th>
            <th className="hidden md:table-cell">USD</th>
            <th className="hidden sm:table-cell">Updated</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr
              key={item.id}
              aria-selected={index === selected}
              className="border-b border-line align-top hover:bg-hover aria-selected:bg-hover [&>td]:py-2 [&>td]:pr-4"
            >
              <td>
                <StateBadge state={item.state} />
              </td>
              <td className="max-w-0">
                <Link href={`/work/${item.id}`} className="block truncate font-medium leading-6 hover:underline">
                  {item.title}
                </Link>
                <div className="flex min-w-0 items-center gap-2 text-[13px] text-muted">
                  <button type="button" className="min-h-6 min-w-6 truncate hover:underline" onClick={() => setRepo(item.repo)}>
                    {item.repo}
                  </button>
                  {(item.waitingReason ?? item.stateReason) && <span className="truncate text-warn">{item.waitingReason ?? item.stateReason}</span>}
                </div>
              </td>
              <td className="hidden text-muted md:table-cell">{item.priority}</td>
              <td className="hidden sm:table-cell">
                <TaskBar {...item.tasks} />
              </td>
              <td className="hidden md:table-cell">
                <Usd value={item.costUsd} />
              </td>
              <td className="hidden text-muted sm:table-cell">
                <Ago at={item.updatedAt} />
              </td>
              <td>
                <WorkActions item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Empty() {
  return (
    <div className="py-10">
      <p>No work yet. A spec is a checklist for one repository; the factory turns it into a pull request.</p>
      <p className="mt-4 flex flex-wrap items-center gap-3">
        <Link href="/work/new" className="inline-flex h-8 items-center rounded bg-text px-3 font-medium text-bg">
          Write a spec
        </Link>
        <span className="text-muted">
          or see it work: <code className="font-mono text-[13px] text-text">npm run factory -- demo</code>
        </span>
      </p>
    </div>
  );
}
