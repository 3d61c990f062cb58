'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import type { LogLine } from './log-lines.ts';
import { type LogLooks, LogRow } from './log-row.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { useLiveEvents } from './use-live-events.ts';

const LAST = { index: 'LAST', align: 'end' } as const;
const JUMP_MS = 100;
/** A scroll this soon after a wheel, a touch, a key or a press is a person's. */
const GESTURE_MS = 1_000;
/** Room under the last line, so that it is never cut by the edge. */
const PARTS = { Footer: () => <div className="h-3" /> };

/** The log of a work item, or of one of its runs: the whole backlog, then live. It follows the end until you scroll up. */
export function LiveLog({ id, runId }: { id: string; runId?: string }) {
  const { lines, dropped, connection } = useLiveEvents(id, runId);
  const asked = Number(useSearchParams().get('line')) || null;
  const list = useRef<VirtuosoHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(asked === null);
  /** When somebody last moved the log: a list that merely grows also leaves its end for a moment. */
  const movedAt = useRef(0);
  /** When that was last upwards, until it is downwards again. */
  const upAt = useRef(0);
  const onMove = () => {
    movedAt.current = Date.now();
    upAt.current = 0;
  };
  /** Up is away from the end, at once: a busy log would be back there before the list has seen that it left. */
  const onUp = (log: HTMLElement) => {
    onMove();
    upAt.current = movedAt.current;
    const scroller = log.querySelector('[data-virtuoso-scroller]');
    if (!following || !scroller || scroller.scrollHeight <= scroller.clientHeight) return;
    setFollowing(false);
    setSeen(lines.length);
  };
  const [seen, setSeen] = useState(0);
  const [looks, setLooks] = useState<LogLooks>({ wrap: true, times: true, raw: false });
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => fold(lines, folded), [lines, folded]);
  const fresh = following ? 0 : Math.max(0, lines.length - seen);

  /** What is jumped to: the line of the address at first, then each that a search leads to. */
  const [wanted, setWanted] = useState(asked);
  const target = useMemo(() => (wanted === null ? -1 : indexOf(rows, wanted)), [rows, wanted]);
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
  const link = useCallback((seq: number) => {
    window.history.replaceState(null, '', `?line=${seq}`);
    setFollowing(false);
  }, []);
  const goTo = (seq: number) => {
    movedAt.current = Date.now();
    setSeen(lines.length);
    link(seq);
    setFolded(new Set());
    setWanted(seq);
  };

  const toggle = useCallback(
    (seq: number) =>
      setFolded((before) => {
        const next = new Set(before);
        if (!next.delete(seq)) next.add(seq);
        return next;
      }),
    [],
  );

  return (
    <>
      <LogToolbar id={id} {...(runId === undefined ? {} : { runId })} lines={lines} connection={connection} looks={looks} change={setLooks} goTo={goTo} />
      {dropped > 0 && <p className="text-[13px] text-muted">{dropped.toLocaleString()} older lines are not shown.</p>}
      <div className="relative h-[60dvh] min-h-80 border-y lg:h-[calc(100dvh-15rem)] border-line font-mono text-[12.5px] leading-6">
        {lines.length === 0 && (
          <p className="p-3 font-sans text-[14px] text-muted">{connection === 'live' ? 'Nothing has happened yet.' : 'Loading the log…'}</p>
        )}
        <div
          ref={box}
          role="log"
          aria-label="Live log"
          aria-live="off"
          className="h-full"
          onWheel={(event) => (event.deltaY < 0 ? onUp(event.currentTarget) : onMove())}
          onTouchMove={onMove}
          onPointerDown={onMove}
          onKeyDown={(event) => (['ArrowUp', 'PageUp', 'Home'].includes(event.key) ? onUp(event.currentTarget) : onMove())}
        >
          {rows.length > 0 && (
            <Virtuoso
              ref={list}
              data={rows}
              components={PARTS}
              computeItemKey={(_, line) => line.seq}
              followOutput={() => (following ? 'auto' : false)}
              initialTopMostItemIndex={target >= 0 ? { index: target, align: 'center' } : LAST}
              // Rows are taller than guessed: stay at the end while they are measured.
              totalListHeightChanged={() => following && list.current?.scrollToIndex(LAST)}
              atBottomThreshold={40}
              atBottomStateChange={(bottom) => {
                if (!bottom && Date.now() - movedAt.current > GESTURE_MS) return;
                if (bottom && asked !== null && movedAt.current === 0) return;
                // A jump to the end that was under way when somebody scrolled up: he wants to be away from it.
                if (bottom && Date.now() - upAt.current < GESTURE_MS) return;
                setFollowing(bottom);
                setSeen(lines.length);
              }}
              itemContent={(_, line) => (
                <LogRow line={line} looks={looks} marked={line.seq === asked} folded={folded.has(line.seq)} toggle={toggle} link={link} />
              )}
            />
          )}
        </div>
        {!following && (
          <button
            type="button"
            onClick={() => {
              setFollowing(true);
              list.current?.scrollToIndex(LAST);
            }}
            className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full border border-line bg-bg px-3 py-1 font-sans text-[13px] font-medium shadow-sm hover:bg-hover"
          >
            {fresh > 0 ? `${fresh.toLocaleString()} new ${fresh === 1 ? 'line' : 'lines'} ↓` : 'To the end ↓'}
          </button>
        )}
      </div>
    </>
  );
}

/** The first row at a seq or after it. */
function indexOf(rows: readonly LogLine[], seq: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low < rows.length ? low : -1;
}

/** Leaves out what is under the header of a folded iteration. */
function fold(lines: LogLine[], folded: ReadonlySet<number>): LogLine[] {
  if (folded.size === 0) return lines;
  let hidden = false;
  return lines.filter((line) => {
    if (line.kind === 'iteration') {
      hidden = folded.has(line.seq);
      return true;
    }
    return !hidden || line.kind === 'factory';
  });
}
