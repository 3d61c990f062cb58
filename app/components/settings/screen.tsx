'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError } from '../trpc.ts';
import { Failed, Skeleton, Stale } from '../ui.tsx';

/** A settings screen around one question: its title, and what is shown while there is no answer. */
export function SettingsScreen<T>({ title, query, children }: { title: string; query: UseQueryResult<T, unknown>; children: (data: T) => ReactNode }) {
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <h1 className="sr-only">{title}</h1>
      {query.isRefetchError && <Stale since={query.dataUpdatedAt} />}
      {query.isPending && <Skeleton rows={6} />}
      {query.isError && query.data === undefined && (
        <Failed what={`${title} could not be loaded`} why={describeError(query.error).message} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && <div>{children(query.data)}</div>}
    </>
  );
}
