import { dehydrate, type FetchInfiniteQueryOptions, type FetchQueryOptions, HydrationBoundary, QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import superjson from 'superjson';
import { type AppRouter, appRouter } from '../../server/api/router.ts';
import { createApiContext } from './api-context.ts';

/**
 * What a screen shows first comes with its page, by the procedures that the browser asks later, which authorise as always. What fails
 * here the browser asks again, and says why. A screen that is gone to within the app does not wait for it: it shows its skeleton at once,
 * or what is known of it already, and asks by itself.
 */
export async function ReadAhead({ ask, children }: { ask: (trpc: TRPCOptionsProxy<AppRouter>) => unknown[]; children: ReactNode }) {
  const given = await headers();
  const inApp = given.get('sec-fetch-dest') === 'empty';
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const trpc = createTRPCOptionsProxy({ router: appRouter, ctx: () => createApiContext({ headers: given }), queryClient });
  const fetch = (query: unknown) => (isPaged(query) ? queryClient.prefetchInfiniteQuery(query) : queryClient.prefetchQuery(query as FetchQueryOptions));
  if (!inApp) await Promise.all(ask(trpc).map(fetch));
  // The same tree in either case: a change of filters must not make the screen anew.
  return <HydrationBoundary state={dehydrate(queryClient, { serializeData: superjson.serialize })}>{children}</HydrationBoundary>;
}

/** Only a query in pages says where the first one begins. */
function isPaged(query: unknown): query is FetchInfiniteQueryOptions {
  return typeof query === 'object' && query !== null && 'initialPageParam' in query;
}
