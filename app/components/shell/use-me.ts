'use client';

import { useQuery } from '@tanstack/react-query';
import type { Role } from '../../../server/contracts/access.ts';
import { useTRPC } from '../trpc.ts';

/** Who is signed in, and what he may do; while that is not known yet, nothing but looking. */
export function useMe(): { name: string; role: Role | null; localMode: boolean; maySteer: boolean; isAdmin: boolean } {
  const trpc = useTRPC();
  const me = useQuery(trpc.me.queryOptions(undefined, { staleTime: 60_000 }));
  const role = me.data?.role ?? null;
  return { name: me.data?.name ?? '', role, localMode: me.data?.localMode ?? true, maySteer: role === 'admin' || role === 'member', isAdmin: role === 'admin' };
}
