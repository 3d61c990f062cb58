'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { describeError, useTRPC } from '../trpc.ts';

/** A person who types is not searched for after every letter. */
const TYPING_MS = 250;

/** Searches the whole log on the server; Enter goes on to the next line that holds the text, Shift+Enter back. */
export function LogSearch({ id, runId, goTo }: { id: string; runId?: string; goTo: (seq: number) => void }) {
  const trpc = useTRPC();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => {
      setText(typed.trim());
      setAt(-1);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const input = { id, text, ...(runId === undefined ? {} : { runId }) };
  const hits = useQuery(trpc.work.searchLog.queryOptions(input, { enabled: text !== '', placeholderData: keepPreviousData, retry: false }));
  const found = text !== '' && !hits.isPlaceholderData ? hits.data : undefined;
  const seqs = found?.seqs ?? [];

  const step = (by: 1 | -1) => {
    if (seqs.length === 0) return;
    const next = at < 0 ? (by === 1 ? 0 : seqs.length - 1) : (at + by + seqs.length) % seqs.length;
    setAt(next);
    const seq = seqs[next];
    if (seq !== undefined) goTo(seq);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    }
    if (event.key === 'Escape') setTyped('');
  };

  const total = `${seqs.length.toLocaleString()}${found?.more ? '+' : ''}`;
  const says = hits.isError
    ? describeError(hits.error).message
    : !found
      ? 'searching…'
      : seqs.length === 0
        ? 'no line'
        : `${at < 0 ? '–' : at + 1} of ${total}`;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5" role="search" aria-label="Log">
      <input
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        maxLength={200}
        placeholder="Search the log"
        aria-label="Search the log"
        className="h-7 w-44 rounded border border-line bg-bg px-2 text-text placeholder:text-muted"
      />
      {text !== '' && (
        <>
          <span role="status" aria-label="Hits" className={`whitespace-nowrap tabular-nums ${hits.isError ? 'text-bad' : ''}`}>
            {says}
          </span>
          <Step label="Previous hit" disabled={seqs.length === 0} onClick={() => step(-1)}>
            ↑
          </Step>
          <Step label="Next hit" disabled={seqs.length === 0} onClick={() => step(1)}>
            ↓
          </Step>
        </>
      )}
    </div>
  );
}

function Step({ label, disabled, onClick, children }: { label: string; disabled: boolean; onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
      className="size-7 rounded border border-line hover:bg-hover disabled:opacity-50"
    >
      {children}
    </button>
  );
}
