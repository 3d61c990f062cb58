'use client';

import { useEffect, useRef } from 'react';
import { Button } from '../ui.tsx';

/** Asked before what was written is replaced. */
export function ReplaceQuestion({ by, replace, keep }: { by: string; replace: () => void; keep: () => void }) {
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector('button')?.focus(), []);
  return (
    <div
      ref={first}
      role="group"
      aria-label={`Replace what you wrote by ${by}?`}
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-l-2 border-warn py-1 pl-3"
      onKeyDown={(event) => {
        if (event.key === 'Escape') keep();
      }}
    >
      <span>Replace what you wrote by {by}?</span>
      <Button onClick={keep}>Keep mine</Button>
      <Button tone="danger" onClick={replace}>
        Replace
      </Button>
    </div>
  );
}
