'use client';

import { useEffect, useEffectEvent, useRef } from 'react';
import type { RequestView } from '../../server/contracts/supervisor-requests.ts';
import { describeError } from './trpc.ts';

const LOOK_EVERY_MS = 500;

interface Asking {
  data: { id: string } | undefined;
  error: unknown;
  isPending: boolean;
}

/** How often to look for the answer of a supervisor: until it is there. */
export function untilAnswered({ state: { data } }: { state: { data: RequestView<unknown> | undefined } }): number | false {
  return data === undefined || data.state === 'waiting' ? LOOK_EVERY_MS : false;
}

/**
 * A question to a supervisor as a form follows it.
 * @param ask the mutation that asks
 * @param asked the query that looks for the answer by its id
 * @param field of the form that a refusal names first, and stands beside
 */
export function readAsked<A>(ask: Asking, asked: { data: RequestView<A> | undefined; error: unknown }, field: string) {
  const isAsked = ask.data !== undefined;
  const view = isAsked ? asked.data : undefined;
  const refusal = ask.error ?? (isAsked ? asked.error : null);
  const error = refusal ? describeError(refusal).message.replace(new RegExp(`^${field}: `), '') : (view?.error ?? undefined);
  const busy = ask.isPending || (isAsked && !asked.error && (view === undefined || view.state === 'waiting'));
  return { view, busy, error };
}

/** Hands each answer over once. */
export function useAnswer<A>(view: RequestView<A> | undefined, take: (answer: A) => void): void {
  const handled = useRef<string | null>(null);
  const hand = useEffectEvent(take);
  useEffect(() => {
    if (!view || view.answer === null || handled.current === view.id) return;
    handled.current = view.id;
    hand(view.answer);
  }, [view]);
}
