'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { AuditView } from '../../../server/contracts/access.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { auditChange, auditWords } from '../audit-words.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { useAddress } from '../use-address.ts';
import { useTypedFilter } from '../use-typed-filter.ts';
import { Ago, Button } from '../ui.tsx';
import { auditQuery } from './audit-query.ts';

const REFRESH_MS = 5_000;

/** Every act that changed something: who, what, from where. */
export function AuditScreen() {
  const trpc = useTRPC();
  const address = useAddress();
  const [actor, setActor] = useTypedFilter(address.value('who'), (text) => address.set('who', text));
  const action = address.value('what');
  const input = auditQuery(address.value);
  const audit = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(input, {
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
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
          onChange={(event) => setActor(event.target.value)}
          className="h-8 min-w-40 flex-1 rounded border border-line bg-bg px-2.5 placeholder:text-muted"
        />
        <select
          aria-label="What"
          value={action}
          onChange={(event) => address.set('what', event.target.value)}
          className="h-8 rounded border border-line bg-bg px-2"
        >
          <option value="">Every act</option>
          {[...new Set([...(action ? [action] : []), ...(audit.data?.pages[0]?.actions ?? [])])].map((each) => (
            <option key={each} value={each}>
              {auditWords(each)}
            </option>
          ))}
        </select>
      </div>
      <QueryState query={audit} what="The audit log" rows={8} />
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
        <span title={row.action}>{auditWords(row.action)}</span> <span className="text-muted">{auditChange(row)}</span>
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
