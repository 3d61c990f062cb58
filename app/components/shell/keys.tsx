'use client';

import { useEffect, useRef } from 'react';

const KEYS = [
  ['⌘K, Ctrl K', 'Go to, find, do'],
  ['C', 'New work'],
  ['/', 'Search work'],
  ['G then O', 'Overview'],
  ['G then W', 'Work'],
  ['G then K', 'Workers'],
  ['G then L', 'Learnings'],
  ['G then M', 'Metrics'],
  ['G then S', 'Settings'],
  ['J, K', 'Next, previous row of the work list'],
  ['Enter', 'Open the row'],
  ['X', 'Select the row'],
  ['?', 'This sheet'],
] as const;

/** The sheet of keys. */
export function Keys({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label="Keys" className="m-auto rounded-lg border border-line bg-bg p-5 text-text backdrop:bg-black/40">
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {KEYS.map(([key, what]) => (
          <div key={key} className="contents">
            <dt className="font-mono text-[13px]">{key}</dt>
            <dd className="text-muted">{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="mt-4 text-right">
        <button type="submit" className="h-8 rounded border border-line px-3 font-medium hover:bg-hover">
          Close
        </button>
      </form>
    </dialog>
  );
}
