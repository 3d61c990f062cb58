'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../trpc.ts';

const REFRESH_MS = 10_000;

/** The title of the tab, with how many things need a person. */
export function PageTitle({ children }: { children: string }) {
  const trpc = useTRPC();
  const needs = useQuery(trpc.status.queryOptions(undefined, { refetchInterval: REFRESH_MS, select: (status) => status.needsYou.length })).data ?? 0;
  return <title>{`${needs > 0 ? `(${needs}) ` : ''}${children} · AI Software Factory`}</title>;
}
