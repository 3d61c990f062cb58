'use client';

import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../server/api/router.ts';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** The words of an error for a person, and the field that is wrong where it names one. */
export function describeError(error: unknown): { message: string; field?: string } {
  if (!(error instanceof Error)) return { message: 'Something went wrong.' };
  const data: unknown = 'data' in error ? error.data : undefined;
  const field = typeof data === 'object' && data !== null && 'field' in data && typeof data.field === 'string' ? data.field : undefined;
  const lost = /fetch|network/i.test(error.message) && data === undefined;
  return { message: lost ? 'The factory does not answer.' : error.message, ...(field ? { field } : {}) };
}
