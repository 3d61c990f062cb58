'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { describeError } from './trpc.ts';
import { Failed, Skeleton, Stale } from './ui.tsx';

/** What a query needs to tell of itself; also one that is paged. */
type Asked = Pick<UseQueryResult<unknown, unknown>, 'data' | 'dataUpdatedAt' | 'error' | 'errorUpdateCount' | 'isRefetchError'> & { refetch: () => unknown };

interface Props {
  query: Asked;
  /** What it asks for, as a sentence begins. */
  what: string;
  /** Height of the skeleton. */
  rows?: number;
}

/** What stands where a query has no answer: a skeleton at first, then why there is none; over an old answer that it is old. */
export function QueryState({ query, what, rows = 6 }: Props) {
  const failure = useFailure(query);
  if (query.data !== undefined) return query.isRefetchError ? <Stale since={query.dataUpdatedAt} /> : null;
  if (failure === null) return <Skeleton rows={rows} />;
  return <Failed what={`${what} could not be loaded`} why={describeError(failure).message} retry={() => void query.refetch()} />;
}

/** Why there is no answer: while it is asked again too, which to TanStack is as if it never had been. */
function useFailure({ data, error, errorUpdateCount }: Asked): unknown {
  const [last, setLast] = useState<unknown>(error);
  if (error !== null && error !== last) setLast(error);
  return data === undefined && errorUpdateCount > 0 ? (error ?? last) : null;
}
