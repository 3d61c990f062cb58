'use client';

import { useEffect, useRef } from 'react';

/** The keys that do something here, and what. */
function keysOf({ maySteer, searches }: { maySteer: boolean; searches: 'work' | 'learnings' }): (readonly [string, string])[] {
  return [
    ['⌘K, Ctrl K', 'Go to, find, do'],
    ...(maySteer ? [['C', 'New work'] as const] : []),
    ['/', `Search ${searches}`],
    ['Esc', 'Leave the search'],
    ['G then O', 'Overview'],
    ['G then W', 'Work'],
    ['G then K', 'Workers'],
    ['G then L', 'Learnings'],
    ['G then M', 'Metrics'],
    ['G then S', 'Settings'],
    ['J, K', 'Next, previous row of a list'],
    ['Enter', 'Open the row'],
    ...(maySteer ? [['X', 'Select the row of the work list'] as const] : []),
    ['?', 'This sheet'],
  ];
}

/** The sheet of keys. */
export function Keys({ close, ...here }: { close: () => void; maySteer: boolean; searches: 'work' | 'learnings' }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label="Keys" className="m-auto rounded-lg border border-line bg-bg p-5 text-text backdrop:bg-black/40">
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {keysOf(here).map(([key, what]) => (
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
