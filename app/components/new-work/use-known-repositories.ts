'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../trpc.ts';
import type { KnownRepository } from './new-work-hints.ts';

const STALE_MS = 30_000;

/** Those with settings, and those that had work. */
export function useKnownRepositories(): string[] {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.repositories.list.queryOptions(undefined, { staleTime: STALE_MS }));
  return data?.repositories.map(({ name }) => name) ?? [];
}

/** What is set for a repository as it was typed; null where the factory does not know it by this name. */
export function useKnownRepository(typed: string): KnownRepository | null {
  const trpc = useTRPC();
  const name = useKnownRepositories().find((each) => each.toLowerCase() === typed.trim().toLowerCase());
  return useQuery(trpc.repositories.get.queryOptions({ name: name ?? '' }, { enabled: name !== undefined, staleTime: STALE_MS })).data ?? null;
}
