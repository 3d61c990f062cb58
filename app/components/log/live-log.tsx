'use client';

import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { useTRPC } from '../trpc.ts';
import { type Folds, isOpen, reveal, unfolded } from './folds.ts';
import { appendEvents, EMPTY_LOG, indexOfSeq, type LogLine } from './log-lines.ts';
import { type LogLooks, LogRow } from './log-row.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { isOver } from './says-of.ts';
import { useLastEvents } from './use-last-events.ts';
import { useFollowing } from './use-following.ts';
import { useLiveEvents } from './use-live-events.ts';

const JUMP_MS = 100;
/** Height of the lowest row, in px. What is not measured yet is taken for one: so a log grows while it is measured, and never seems to go up. */
const ROW_PX = 24;
/** Rows that come are drawn before they are gone to. */
const AHEAD_PX = { top: 200, bottom: 600 };
/** Room under the last line, so that it is never cut by the edge. */
const PARTS = { Footer: () => <div className="h-3" /> };

/** The log of a work item, or of one of its runs: the whole backlog, then live. It follows the end until you scroll up. */
export function LiveLog({ id, runId }: { id: string; runId?: string }) {
  const trpc = useTRPC();
  const item = useQuery(trpc.work.get.queryOptions({ id }, { staleTime: 30_000 }));
  const last = useLastEvents(id, runId);
  const { lines, dropped, backlog, connection } = useLiveEvents({ id, runId, endSeq: last?.at(-1)?.seq ?? 0 });
  const asked = Number(useSearchParams().get('line')) || null;
  const list = useRef<VirtuosoHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const total = lines.length + dropped;
  const { following, seen, scroller, leave, land, toEnd } = useFollowing(asked === null, { total, loading: backlog === null });
  const fresh = following ? 0 : Math.max(0, total - Math.max(seen, backlog ?? total));
  const [looks, setLooks] = useState<LogLooks>({ wrap: true, times: true, raw: false });
  const [folds, setFolds] = useState<Folds>(new Map());
  const rows = useMemo(() => unfolded(lines, folds), [lines, folds]);
  const end = useMemo(() => unfolded(last ? appendEvents(EMPTY_LOG, last, last.length).lines : [], folds), [last, folds]);
  const showsEnd = backlog === null && asked === null && end.length > 0;

  /** What is jumped to: the line of the address at first, then each that a search leads to. */
  const [wanted, setWanted] = useState(asked);
  const target = useMemo(() => (wanted === null ? -1 : indexOfSeq(rows, wanted)), [rows, wanted]);
  useEffect(() => {
    if (wanted === null || target < 0) return;
    // The list takes its new rows first, else there is nothing to jump to.
    const timer = setTimeout(() => {
      setWanted(null);
      list.current?.scrollToIndex({ index: target, align: 'center' });
      // On a phone the log is below the fold.
      box.current?.scrollIntoView({ block: 'nearest' });
    }, JUMP_MS);
    return () => clearTimeout(timer);
  }, [target, wanted]);

  /** The line stands in the address, so that it can be passed on. */
  const link = useCallback(
    (seq: number) => {
      window.history.replaceState(null, '', `?line=${seq}`);
      leave();
    },
    [leave],
  );
  const goTo = (seq: number) => {
    link(seq);
    land();
    setFolds((before) => reveal(lines, before, indexOfSeq(lines, seq)));
    setWanted(seq);
  };
  const turn = useCallback(
    (seq: number, open: boolean) => {
      // Who opens a fold wants to read it, not to see it pushed away.
      if (open) leave();
      setFolds((before) => new Map(before).set(seq, open));
    },
    [leave],
  );

  const row = (line: LogLine) => {
    const marked = asked !== null && (line.seq === asked || line.result?.seq === asked);
    return <LogRow line={line} looks={looks} marked={marked} open={isOpen(line, folds, marked)} turn={turn} link={link} />;
  };

  return (
    <>
      <LogToolbar
        {...{ id, lines, connection, looks, goTo, change: setLooks, ...(runId === undefined ? {} : { runId }) }}
        over={item.data !== undefined && isOver(item.data, runId)}
      />
      {dropped > 0 && <p className="text-[13px] text-muted">{dropped.toLocaleString()} older lines are not shown.</p>}
      <div className="relative h-[60dvh] min-h-80 border-y lg:h-[calc(100dvh-15rem)] border-line font-mono text-[12.5px] leading-6">
        {lines.length === 0 && !showsEnd && (
          <p className="p-3 font-sans text-[14px] text-muted">{connection === 'live' ? 'Nothing has happened yet.' : 'Loading the log…'}</p>
        )}
        <div ref={box} role="log" aria-label="Live log" aria-live="off" className="h-full">
          {showsEnd && <LogEnd lines={end} row={row} />}
          {rows.length > 0 && !showsEnd && (
            <Virtuoso
              ref={list}
              scrollerRef={scroller}
              data={rows}
              components={PARTS}
              defaultItemHeight={ROW_PX}
              increaseViewportBy={AHEAD_PX}
              computeItemKey={(_, line) => line.seq}
              {...(target >= 0 ? { initialTopMostItemIndex: { index: target, align: 'center' } } : {})}
              itemContent={(_, line) => row(line)}
            />
          )}
        </div>
        {!following && (
          <button
            type="button"
            onClick={toEnd}
            className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full border border-line bg-bg px-3 py-1 font-sans text-[13px] font-medium shadow-sm hover:bg-hover"
          >
            {fresh > 0 ? `${fresh.toLocaleString()} new ${fresh === 1 ? 'line' : 'lines'} ↓` : 'To the end ↓'}
          </button>
        )}
      </div>
    </>
  );
}

/** Lines at the top of their box, or the last of them where they are more than it holds. */
function LogEnd({ lines, row }: { lines: readonly LogLine[]; row: (line: LogLine) => ReactNode }) {
  return (
    <div className="flex max-h-full flex-col justify-end overflow-hidden pb-3">
      {lines.map((line) => (
        <div key={line.seq} className="shrink-0">
          {row(line)}
        </div>
      ))}
    </div>
  );
}
