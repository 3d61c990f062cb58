'use client';

import { skipToken, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { StoredEvent } from '../../server/contracts/run-events.ts';
import { type LogLine, toLogLine } from './log-lines.ts';
import { useTRPC } from './trpc.ts';

/** A hidden tab gives its stream back after this long, and resumes where it was. */
const HIDDEN_MS = 30_000;
/** Most lines that a tab keeps. */
const LINES_MAX = 200_000;

export interface LiveEvents {
  lines: LogLine[];
  /** Lines dropped at the top since the tab keeps no more. */
  dropped: number;
  connection: 'connecting' | 'live' | 'lost' | 'asleep';
}

/** The log of a work item: the whole of it, then each new line once, over any number of lost connections. */
export function useLiveEvents(id: string): LiveEvents {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const hidden = useHiddenFor(HIDDEN_MS);
  const [log, setLog] = useState<{ lines: LogLine[]; dropped: number }>({ lines: [], dropped: 0 });
  const lastSeq = useRef(0);
  const [resumeFrom, setResumeFrom] = useState<string | null>(null);
  useEffect(() => {
    // Waking up: go on after the last line that this tab has.
    if (!hidden && lastSeq.current > 0) setResumeFrom(String(lastSeq.current));
  }, [hidden]);

  const take = useCallback(
    ({ data }: { data: StoredEvent[] }) => {
      const fresh = data.filter((event) => event.seq > lastSeq.current);
      lastSeq.current = fresh.at(-1)?.seq ?? lastSeq.current;
      const lines = fresh.map(toLogLine).filter((line) => line !== null);
      if (lines.length > 0) setLog((before) => append(before, lines));
      const moved = fresh.some(({ event }) => 'by' in event || event.type === 'spec.updated');
      if (moved) void queryClient.invalidateQueries({ queryKey: trpc.work.get.queryKey({ id }) });
    },
    [id, queryClient, trpc],
  );
  const input = hidden ? skipToken : { id, lastEventId: resumeFrom };
  const subscription = useSubscription(trpc.work.events.subscriptionOptions(input, { onData: take }));
  return { ...log, connection: connectionOf(hidden, subscription.status) };
}

function append(before: { lines: LogLine[]; dropped: number }, lines: LogLine[]): { lines: LogLine[]; dropped: number } {
  const all = before.lines.concat(lines);
  const excess = Math.max(0, all.length - LINES_MAX);
  return { lines: excess > 0 ? all.slice(excess) : all, dropped: before.dropped + excess };
}

function connectionOf(hidden: boolean, status: 'idle' | 'connecting' | 'pending' | 'error'): LiveEvents['connection'] {
  if (hidden) return 'asleep';
  if (status === 'pending') return 'live';
  return status === 'error' ? 'lost' : 'connecting';
}

/** True once the tab has been hidden for so long, until it is shown again. */
function useHiddenFor(ms: number): boolean {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setHidden(true), ms);
      else setHidden(false);
    };
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, [ms]);
  return hidden;
}
