'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { AuditView } from '../../../server/contracts/access.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Failed, Skeleton } from '../ui.tsx';

/** Every act that changed something: who, what, from where. */
export function AuditScreen() {
  const trpc = useTRPC();
  const [actor, setActor] = useState('');
  const [action, setAction] = useState('');
  const input = { ...(actor.trim() ? { actor: actor.trim() } : {}), ...(action ? { action } : {}) };
  const audit = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(input, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    }),
  );
  const rows = audit.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <PageTitle>Audit log</PageTitle>
      <h1 className="sr-only">Audit log</h1>
      <div className="mb-3 flex flex-wrap gap-2">
        <input
          type="search"
          aria-label="Who"
          placeholder="Who"
          value={actor}
          maxLength={200}
          onChange={(event) => setActor(event.target.value)}
          className="h-8 min-w-40 flex-1 rounded border border-line bg-bg px-2.5 placeholder:text-muted"
        />
        <select aria-label="What" value={action} onChange={(event) => setAction(event.target.value)} className="h-8 rounded border border-line bg-bg px-2">
          <option value="">Every act</option>
          {(audit.data?.pages[0]?.actions ?? []).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </div>
      {audit.isPending && <Skeleton rows={8} />}
      {audit.isError && !audit.data && (
        <Failed what="The audit log could not be loaded" why={describeError(audit.error).message} retry={() => void audit.refetch()} />
      )}
      {audit.data && rows.length === 0 && <p className="py-6 text-muted">Nothing fits these filters.</p>}
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ul>
      {audit.hasNextPage && (
        <Button className="mt-4" disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function Row({ row }: { row: AuditView }) {
  return (
    <li className="grid gap-x-4 py-2 sm:grid-cols-[7rem_10rem_minmax(0,1fr)]">
      <span className="text-muted">
        <Ago at={row.at} />
      </span>
      <span className="truncate font-medium" title={row.fromWhere ?? undefined}>
        {row.who}
        {row.fromWhere && <span className="block truncate text-[13px] font-normal text-muted">{row.fromWhere}</span>}
      </span>
      <span className="min-w-0">
        <span>{row.action}</span>
        {(row.from !== null || row.to !== null) && <span className="text-muted">{`  ${row.from ?? '–'} → ${row.to ?? '–'}`}</span>}
        {row.workItemId && (
          <Link href={`/work/${row.workItemId}`} className="ml-2 text-accent underline">
            {row.title ?? row.workItemId}
          </Link>
        )}
        {row.why && <span className="block break-words text-[13px] text-muted">{row.why}</span>}
      </span>
    </li>
  );
}
