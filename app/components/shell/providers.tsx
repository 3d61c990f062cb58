'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, isTRPCClientError, httpBatchLink, httpLink, httpSubscriptionLink, splitLink, type TRPCLink } from '@trpc/client';
import { tap } from '@trpc/server/observable';
import { type ReactNode, useState } from 'react';
import superjson from 'superjson';
import type { AppRouter } from '../../../server/api/router.ts';
import { TRPCProvider } from '../trpc.ts';

const URL = '/api/trpc';

/** The session is over, or was ended in another tab: only signing in helps. */
const isSignedOut = (error: Error) => isTRPCClientError<AppRouter>(error) && error.data?.code === 'UNAUTHORIZED';

/** Leads back to this page, once he is signed in again. */
const leave = () => window.location.assign(`/sign-in?to=${encodeURIComponent(window.location.pathname + window.location.search)}`);

/** What is shown is no longer his to see: a query or a stream that is refused leaves for the sign-in. A form keeps what was typed. */
const leaveWhenSignedOut: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    next(op).pipe(tap({ error: (error) => op.type !== 'mutation' && isSignedOut(error) && leave() }));

/** Longest that an answer is waited for: longer than the server itself waits for a supervisor; and as long as it takes the largest body. */
const READ_MS = 30_000;
const WRITE_MS = 60_000;

/** What hangs, as where a line dropped in silence, is a failure like any other: it is said, and taken back. */
const fetchInTime = (url: RequestInfo | URL | string, options: RequestInit = {}): Promise<Response> => {
  const late = AbortSignal.timeout(options.method === 'POST' ? WRITE_MS : READ_MS);
  return fetch(url, { ...options, signal: options.signal ? AbortSignal.any([options.signal, late]) : late });
};

/** The typed client and its cache; queries and mutations in batches, streams over SSE. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          hydrate: { deserializeData: superjson.deserialize },
          // Whether a network is there says nothing of a factory on this machine; and what could not be sent is said, not sent an hour later.
          mutations: { networkMode: 'always' },
          queries: { networkMode: 'always', staleTime: 1_000, retry: (failures, error) => failures < 1 && !isSignedOut(error), refetchOnWindowFocus: true },
        },
      }),
  );
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        leaveWhenSignedOut,
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: URL, transformer: superjson }),
          false: splitLink({
            // What is slow holds up nothing else.
            condition: ({ context }) => context.alone === true,
            true: httpLink({ url: URL, transformer: superjson, fetch: fetchInTime }),
            false: httpBatchLink({ url: URL, transformer: superjson, fetch: fetchInTime }),
          }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
