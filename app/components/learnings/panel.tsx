'use client';

import type { ReactNode } from 'react';
import { Button } from '../ui.tsx';

/** A form that opens above the list. */
export function Panel({ submit, children }: { submit: () => void; children: ReactNode }) {
  return (
    <form
      noValidate
      className="mb-4 flex flex-col gap-3 border-l-2 border-line pl-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
    </form>
  );
}

export function PanelButtons({ label, busy, close, closing = 'Cancel' }: { label: string; busy: boolean; close: () => void; closing?: string }) {
  return (
    <div className="flex gap-2">
      <Button type="submit" tone="primary" disabled={busy}>
        {label}
      </Button>
      <Button onClick={close}>{closing}</Button>
    </div>
  );
}
