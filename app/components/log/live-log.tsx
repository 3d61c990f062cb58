'use client';

import { AnsiHtml } from 'fancy-ansi/react';
import { useSearchParams } from 'next/navigation';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import type { LogLine } from './log-lines.ts';
import { useLiveEvents } from './use-live-events.ts';

const CONNECTION = { connecting: 'connecting…', live: 'live', lost: 'connection lost, trying again', asleep: 'asleep while the tab is hidden' } as const;

const KIND: Record<LogLine['kind'], string> = {
  iteration: 'font-semibold',
  text: '',
  tool: 'text-accent',
  result: 'text-muted',
  error: 'text-bad',
  factory: 'text-ok',
  note: 'text-muted',
};

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
  const [following, setFollowing] = useState(asked === null);
  /** When somebody last moved the log: a list that merely grows also leaves its end for a moment. */
  const movedAt = useRef(0);
  const onMove = () => (movedAt.current = Date.now());
  const [seen, setSeen] = useState(0);
  const [wrap, setWrap] = useState(true);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => fold(lines, folded), [lines, folded]);
  const fresh = following ? 0 : Math.max(0, lines.length - seen);

  const target = asked === null ? -1 : rows.findIndex((line) => line.seq >= asked);
  const jumped = useRef(false);
  useEffect(() => {
    if (jumped.current || target < 0) return;
    // The list takes its new rows first, else there is nothing to jump to.
    const timer = setTimeout(() => {
      jumped.current = true;
      list.current?.scrollToIndex({ index: target, align: 'center' });
    }, JUMP_MS);
    return () => clearTimeout(timer);
  }, [target]);

  const toggle = (seq: number) =>
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });

  return (
    <>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 className="text-[13px] font-semibold">Log</h2>
        <div className="flex items-center gap-3 text-[13px] text-muted">
          <span role="status" aria-label="Connection" className={connection === 'live' ? 'text-ok' : connection === 'lost' ? 'text-bad' : ''}>
            {CONNECTION[connection]}
          </span>
          <label className="flex items-center gap-1.5">
            <input type="checkbox" checked={wrap} onChange={(event) => setWrap(event.target.checked)} /> Wrap
          </label>
        </div>
      </div>
      {dropped > 0 && <p className="text-[13px] text-muted">{dropped.toLocaleString()} older lines are not shown.</p>}
      <div className="relative h-[60dvh] min-h-80 border-y lg:h-[calc(100dvh-15rem)] border-line font-mono text-[12.5px] leading-6">
        {lines.length === 0 && (
          <p className="p-3 font-sans text-[14px] text-muted">{connection === 'live' ? 'Nothing has happened yet.' : 'Loading the log…'}</p>
        )}
        <div
          role="log"
          aria-label="Live log"
          aria-live="off"
          className="h-full"
          onWheel={onMove}
          onTouchMove={onMove}
          onPointerDown={onMove}
          onKeyDown={onMove}
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
                setFollowing(bottom);
                setSeen(lines.length);
              }}
              itemContent={(_, line) => <Row line={line} wrap={wrap} marked={line.seq === asked} folded={folded.has(line.seq)} toggle={toggle} />}
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

const Row = memo(function Row({
  line,
  wrap,
  marked,
  folded,
  toggle,
}: {
  line: LogLine;
  wrap: boolean;
  marked: boolean;
  folded: boolean;
  toggle: (seq: number) => void;
}) {
  const text = `min-w-0 flex-1 ${wrap ? 'whitespace-pre-wrap break-words' : 'overflow-hidden text-ellipsis whitespace-pre'} ${KIND[line.kind]}`;
  return (
    <div className={`flex gap-3 px-2 ${marked ? 'bg-hover' : ''} ${line.kind === 'iteration' ? 'mt-2 border-t border-line pt-1' : ''}`}>
      <a href={`?line=${line.seq}`} title={new Date(line.ts).toLocaleString()} className="shrink-0 select-none text-muted hover:underline">
        {new Date(line.ts).toLocaleTimeString([], { hour12: false })}
      </a>
      {line.kind === 'iteration' ? (
        <button type="button" aria-expanded={!folded} onClick={() => toggle(line.seq)} className={`text-left ${text}`}>
          {folded ? '▸' : '▾'} {line.text}
          {line.took && <span className={`ml-3 font-normal ${line.failed ? 'text-bad' : 'text-muted'}`}>{line.took}</span>}
        </button>
      ) : line.more ? (
        <details className={text} open={line.kind === 'error'}>
          <summary className="cursor-pointer">
            <AnsiHtml text={line.text} />
            {line.took && <span className="ml-3 text-muted">{line.took}</span>}
          </summary>
          <AnsiHtml text={line.more} className="block max-h-96 overflow-auto whitespace-pre-wrap py-1 text-text" />
        </details>
      ) : (
        <AnsiHtml text={line.text} className={text} />
      )}
    </div>
  );
});
