'use client';

import { type ButtonHTMLAttributes, type ReactNode, useSyncExternalStore } from 'react';
import type { WorkItemState } from '../../server/contracts/rest.ts';
import { useInBrowser } from './use-in-browser.ts';

const STATE_TONE: Record<WorkItemState, string> = {
  draft: 'text-muted',
  awaiting_approval: 'text-warn',
  queued: 'text-muted',
  running: 'text-accent',
  in_review: 'text-ok',
  merged: 'text-ok',
  completed: 'text-ok',
  paused: 'text-warn',
  stuck: 'text-warn',
  failed: 'text-bad',
  cancelled: 'text-muted',
  closed: 'text-muted',
};

export function StateBadge({ state }: { state: WorkItemState }) {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium ${STATE_TONE[state]}`}>
      <span
        aria-hidden
        className={`size-2 rounded-full bg-current ${state === 'running' ? 'animate-pulse motion-reduce:animate-none in-data-stale:animate-none' : ''}`}
      />
      {state.replace('_', ' ')}
    </span>
  );
}

export function Chip({ tone = 'text-muted', children }: { tone?: string; children: ReactNode }) {
  return <span className={`whitespace-nowrap rounded border border-line px-1.5 text-xs leading-5 ${tone}`}>{children}</span>;
}

export function Button({ tone = 'plain', className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { tone?: 'plain' | 'primary' | 'danger' }) {
  const tones = {
    plain: 'border-line hover:bg-hover',
    primary: 'border-transparent bg-text text-bg hover:opacity-90',
    danger: 'border-line text-bad hover:bg-hover',
  };
  return <button type="button" {...rest} className={`h-8 whitespace-nowrap rounded border px-3 font-medium disabled:opacity-50 ${tones[tone]} ${className}`} />;
}

function relative(at: Date, now: number): string {
  const seconds = Math.round((now - at.getTime()) / 1000);
  const distance = Math.abs(seconds);
  const text =
    distance < 60
      ? `${distance} s`
      : distance < 3600
        ? `${Math.round(distance / 60)} min`
        : distance < 86_400
          ? `${Math.round(distance / 3600)} h`
          : `${Math.round(distance / 86_400)} d`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

const currentSecond = () => Math.floor(Date.now() / 1000) * 1000;

function everySecond(changed: () => void): () => void {
  const timer = setInterval(changed, 1_000);
  return () => clearInterval(timer);
}

/** A relative time that stays true, with the absolute one on hover. */
export function Ago({ at }: { at: string }) {
  const now = useSyncExternalStore(everySecond, currentSecond, currentSecond);
  const inBrowser = useInBrowser();
  const date = new Date(at);
  // The server's clock and language are not the reader's: its words stand until the browser has its own.
  return (
    <time dateTime={at} title={inBrowser ? date.toLocaleString() : undefined} className="whitespace-nowrap tabular-nums" suppressHydrationWarning>
      {relative(date, now)}
    </time>
  );
}

export function TaskBar({ done, total }: { done: number; total: number }) {
  return (
    <span className="inline-flex items-center gap-2 tabular-nums">
      <span aria-hidden className="h-1.5 w-14 overflow-hidden rounded bg-line">
        <span className="block h-full bg-ok" style={{ width: `${total === 0 ? 0 : (100 * done) / total}%` }} />
      </span>
      {done}/{total}
    </span>
  );
}

export function Usd({ value }: { value: number }) {
  return <span className="tabular-nums">${value.toFixed(2)}</span>;
}

export function Skeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-3 py-2">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-5 animate-pulse rounded bg-panel" />
      ))}
    </div>
  );
}

/** What failed, why, and Retry beside it. */
export function Failed({ what, why, retry }: { what: string; why: string; retry: () => void }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 border-l-2 border-bad py-1 pl-3">
      <span>
        {what}: {why}
      </span>
      <Button onClick={retry}>Retry</Button>
    </div>
  );
}

/** Data on the screen that could not be read again. */
export function Stale({ since }: { since: number }) {
  return (
    <p role="status" className="border-l-2 border-warn py-1 pl-3 text-warn">
      This could not be read again; it is as of <Ago at={new Date(since).toISOString()} />.
    </p>
  );
}

export function Heading({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="mb-2 mt-8 flex items-baseline justify-between gap-4 first:mt-0">
      <h2 className="text-[13px] font-semibold">{children}</h2>
      {aside}
    </div>
  );
}
