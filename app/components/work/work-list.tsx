'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { PageTitle } from '../shell/page-title.tsx';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { useMe } from '../shell/use-me.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { useAtOnce } from './at-once.ts';
import { BulkBar } from './bulk-bar.tsx';
import { useCurrentRow } from './use-current-row.ts';
import { useWorkFilters } from './use-work-filters.ts';
import { WorkBoard } from './work-board.tsx';
import { WorkFilterBar } from './work-filter-bar.tsx';
import { WorkTable } from './work-table.tsx';

const REFRESH_MS = 3_000;

/** All work, newest first, as a table or a board; every filter is in the address. */
export function WorkList() {
  const trpc = useTRPC();
  const router = useRouter();
  const filters = useWorkFilters();
  const { maySteer } = useMe();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const work = useInfiniteQuery(
    trpc.work.list.infiniteQueryOptions(filters.input, {
      getNextPageParam: (page) => page.nextCursor,
      refetchInterval: REFRESH_MS,
      placeholderData: keepPreviousData,
    }),
  );
  const { asWanted } = useAtOnce();
  const items = (work.data?.pages.flatMap((page) => page.items) ?? []).map(asWanted);
  const row = useCurrentRow(
    items.map(({ id }) => id),
    JSON.stringify([filters.input, filters.board]),
  );
  const chosen = items.filter((item) => selected.has(item.id));
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  const { focus, board } = filters;
  useEffect(() => {
    if (focus) search.current?.focus();
  }, [focus]);
  useShortcuts({
    '/': () => search.current?.focus(),
    // A board has no rows: what cannot be seen is not acted on.
    ...(board
      ? {}
      : {
          j: () => row.move(1),
          k: () => row.move(-1),
          x: () => maySteer && row.current !== null && toggle(row.current),
          Enter: () => row.current !== null && router.push(`/work/${row.current}`),
        }),
  });

  return (
    <>
      <PageTitle>Work</PageTitle>
      <h1 className="sr-only">Work</h1>
      <WorkFilterBar filters={filters} search={search} />
      <QueryState query={work} what="Work" rows={8} />
      {work.data && items.length === 0 && (filters.filtered ? <p className="py-6 text-muted">Nothing fits these filters.</p> : <Empty maySteer={maySteer} />)}
      {items.length > 0 &&
        (board ? (
          <WorkBoard items={items} filters={filters.input} hasMore={work.hasNextPage} />
        ) : (
          <WorkTable items={items} current={row.current} selection={maySteer ? { selected, toggle } : null} setRepo={(name) => filters.set('repo', name)} />
        ))}
      {work.hasNextPage && (
        <Button className="mt-4" disabled={work.isFetchingNextPage} onClick={() => void work.fetchNextPage()}>
          Show more
        </Button>
      )}
      {maySteer && chosen.length > 0 && !board && <BulkBar items={chosen} select={setSelected} />}
    </>
  );
}

function Empty({ maySteer }: { maySteer: boolean }) {
  return (
    <div className="py-10">
      <p>No work yet. A spec is a checklist for one repository; the factory turns it into a pull request.</p>
      {maySteer && (
        <p className="mt-4 flex flex-wrap items-center gap-3">
          <Link href="/work/new" className="inline-flex h-8 items-center rounded bg-text px-3 font-medium text-bg">
            Write a spec
          </Link>
          <span className="text-muted">
            or see it work: <code className="font-mono text-[13px] text-text">npm run factory -- demo</code>
          </span>
        </p>
      )}
    </div>
  );
}
