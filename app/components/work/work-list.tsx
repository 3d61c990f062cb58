'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { WorkItemRow } from '../../../server/contracts/rest.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Failed, Skeleton, Stale, StateBadge, TaskBar, Usd } from '../ui.tsx';
import { useMe } from '../shell/use-me.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { BulkBar } from './bulk-bar.tsx';
import { PrioritySelect } from './priority-select.tsx';
import { useWorkFilters } from './use-work-filters.ts';
import { WorkActions } from './work-actions.tsx';
import { WorkBoard } from './work-board.tsx';
import { WorkFilterBar } from './work-filter-bar.tsx';

const REFRESH_MS = 3_000;

/** All work, newest first, as a table or a board; every filter is in the address. */
export function WorkList() {
  const trpc = useTRPC();
  const router = useRouter();
  const filters = useWorkFilters();
  const { maySteer } = useMe();
  const [row, setRow] = useState(-1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const work = useInfiniteQuery(
    trpc.work.list.infiniteQueryOptions(filters.input, {
      getNextPageParam: (page) => page.nextCursor,
      refetchInterval: REFRESH_MS,
      placeholderData: keepPreviousData,
    }),
  );
  const items = work.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = items.filter((item) => selected.has(item.id));
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  const { focus } = filters;
  useEffect(() => {
    if (focus) search.current?.focus();
  }, [focus]);
  useShortcuts({
    '/': () => search.current?.focus(),
    j: () => setRow((current) => Math.min(items.length - 1, current + 1)),
    k: () => setRow((current) => Math.max(0, current - 1)),
    x: () => items[row] && toggle(items[row].id),
    Enter: () => {
      const item = items[row];
      if (item) router.push(`/work/${item.id}`);
    },
  });

  return (
    <>
      <PageTitle>Work</PageTitle>
      <h1 className="sr-only">Work</h1>
      <WorkFilterBar filters={filters} search={search} />
      {work.isRefetchError && <Stale since={work.dataUpdatedAt} />}
      {work.isError && !work.data && <Failed what="Work could not be loaded" why={describeError(work.error).message} retry={() => void work.refetch()} />}
      {work.isPending && <Skeleton rows={8} />}
      {work.data && items.length === 0 && (filters.filtered ? <p className="py-6 text-muted">Nothing fits these filters.</p> : <Empty />)}
      {items.length > 0 &&
        (filters.board ? (
          <WorkBoard items={items} />
        ) : (
          <Table items={items} current={row} selected={selected} toggle={toggle} setRepo={(name) => filters.set('repo', name)} />
        ))}
      {work.hasNextPage && (
        <Button className="mt-4" disabled={work.isFetchingNextPage} onClick={() => void work.fetchNextPage()}>
          Show more
        </Button>
      )}
      {maySteer && chosen.length > 0 && !filters.board && <BulkBar items={chosen} clear={() => setSelected(new Set())} />}
    </>
  );
}

interface TableProps {
  items: WorkItemRow[];
  /** Index of the row that the keys are on. */
  current: number;
  selected: ReadonlySet<string>;
  toggle: (id: string) => void;
  setRepo: (name: string) => void;
}

function Table({ items, current, selected, toggle, setRepo }: TableProps) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pr-4 [&>th]:font-normal">
            <th>
              <span className="sr-only">Selected</span>
            </th>
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
              data-current={index === current || undefined}
              className="border-b border-line align-top hover:bg-hover data-current:bg-hover [&>td]:py-2 [&>td]:pr-4"
            >
              <td>
                <input
                  type="checkbox"
                  aria-label={`Select ${item.title}`}
                  checked={selected.has(item.id)}
                  onChange={() => toggle(item.id)}
                  className="mt-1 size-4"
                />
              </td>
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
                  {(item.waitingReason ?? item.stateReason) && (
                    <span className={`truncate ${['stuck', 'failed'].includes(item.state) ? 'text-warn' : ''}`}>{item.waitingReason ?? item.stateReason}</span>
                  )}
                </div>
              </td>
              <td className="hidden text-muted md:table-cell">
                <PrioritySelect item={item} />
              </td>
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
