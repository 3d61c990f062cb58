'use client';

import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../server/api/router.ts';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** The words of an error for a person, as a sentence; of a field that is wrong without its name, which stands beside them. */
export function describeError(error: unknown): { message: string; field?: string } {
  if (!(error instanceof Error)) return { message: 'Something went wrong.' };
  const data: unknown = 'data' in error ? error.data : undefined;
  const field = typeof data === 'object' && data !== null && 'field' in data && typeof data.field === 'string' ? data.field : undefined;
  const lost = /fetch|network|timed out|aborted/i.test(error.message) && data === undefined;
  if (lost) return { message: 'The factory does not answer.' };
  if (field === undefined) return { message: error.message };
  const words = error.message.startsWith(`${field}: `) ? error.message.slice(field.length + 2) : error.message;
  return { message: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, field };
}
