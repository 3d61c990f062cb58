'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { StoredEvent } from '../../../server/contracts/run-events.ts';
import { appendEvents, EMPTY_LOG, type Log, type LogLine } from './log-lines.ts';
import { useTRPC, useTRPCClient } from '../trpc.ts';

/** A hidden tab gives its stream back after this long, and resumes where it was. */
const HIDDEN_MS = 30_000;
/** A stream that ended is opened again after this long, doubled up to the longest while the factory does not answer. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 10_000;
const FRAME_MS = 16;
/** Most lines that a tab keeps. */
const LINES_MAX = 200_000;
/** The backlog comes in pages of so many events; the first that is shorter is its last, or the one that has the end the page came with. */
const PAGE = 1_000;

export interface LiveEvents {
  lines: LogLine[];
  /** Lines dropped at the top since the tab keeps no more. */
  dropped: number;
  /** How many lines the log had when it was opened; null until all of them are there. */
  backlog: number | null;
  connection: 'connecting' | 'live' | 'lost' | 'asleep';
}

/**
 * The log of a work item, or of one run of it: the whole, then each new line once, over any number of lost connections.
 * @param endSeq the last line that the page knew when it came; 0 where it knew none
 */
export function useLiveEvents({ id, runId, endSeq }: { id: string; runId?: string | undefined; endSeq: number }): LiveEvents {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const hidden = useHiddenFor(HIDDEN_MS);
  const [{ log, backlog }, setView] = useState<{ log: Log; backlog: number | null }>({ log: EMPTY_LOG, backlog: null });
  const [connection, setConnection] = useState<'connecting' | 'live' | 'lost'>('connecting');
  const lastSeq = useRef(0);
  const isWhole = useRef(false);

  const waiting = useRef<StoredEvent[]>([]);
  const flushing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const take = useCallback(
    (data: StoredEvent[]) => {
      const fresh = data.filter((event) => event.seq > lastSeq.current);
      lastSeq.current = fresh.at(-1)?.seq ?? lastSeq.current;
      isWhole.current ||= data.length < PAGE || (endSeq > 0 && lastSeq.current >= endSeq);
      waiting.current.push(...(runId === undefined ? fresh : fresh.filter((event) => event.runId === runId)));
      // What comes within a frame is shown at once: a long backlog is not drawn page by page.
      flushing.current ??= setTimeout(() => {
        flushing.current = undefined;
        const events = waiting.current;
        waiting.current = [];
        const whole = isWhole.current;
        setView((before) => {
          const log = appendEvents(before.log, events, LINES_MAX);
          return { log, backlog: before.backlog ?? (whole ? log.lines.length + log.dropped : null) };
        });
      }, FRAME_MS);
      const moved = fresh.some(({ event }) => 'by' in event || event.type === 'spec.updated');
      if (moved) void queryClient.invalidateQueries({ queryKey: trpc.work.get.queryKey({ id }) });
    },
    [endSeq, id, queryClient, runId, trpc],
  );

  useEffect(() => {
    if (hidden) return;
    let over = false;
    let retryMs = RETRY_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stream: { unsubscribe: () => void } | undefined;
    const open = () => {
      let ended = false;
      // A web process that is told to stop ends its streams in good order: to tRPC that is final, to a viewer it is a lost connection.
      const again = () => {
        if (over || ended) return;
        ended = true;
        setConnection('lost');
        timer = setTimeout(open, retryMs);
        retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
      };
      const after = lastSeq.current > 0 ? String(lastSeq.current) : null;
      stream = client.work.events.subscribe(
        { id, lastEventId: after },
        {
          onData: ({ data }) => take(data),
          onConnectionStateChange: ({ state }) => {
            if (over || ended || state === 'idle') return;
            if (state === 'pending') retryMs = RETRY_MS;
            setConnection((before) => (state === 'pending' ? 'live' : before === 'connecting' ? 'connecting' : 'lost'));
          },
          onError: again,
          onComplete: again,
          onStopped: again,
        },
      );
    };
    open();
    return () => {
      over = true;
      clearTimeout(timer);
      stream?.unsubscribe();
    };
  }, [client, hidden, id, take]);

  return { lines: log.lines, dropped: log.dropped, backlog, connection: hidden ? 'asleep' : connection };
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
