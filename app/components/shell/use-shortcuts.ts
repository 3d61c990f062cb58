'use client';

import { useEffect, useRef } from 'react';
import { type Begun, decideShortcut, type Focus, focusOf } from './shortcut.ts';

/** Keys that act on the whole page: `c`, or `g o` for one after the other. */
export function useShortcuts(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    let begun: Begun | null = null;
    const onKey = (event: KeyboardEvent) => {
      const next = decideShortcut(Object.keys(current.current), begun, {
        key: event.key,
        modified: event.metaKey || event.ctrlKey || event.altKey,
        focus: focusIn(event.target),
        covered: document.querySelector('dialog[open]') !== null,
        // When it was pressed, not when a busy page comes to hear of it.
        at: event.timeStamp,
      });
      begun = next.begun;
      if (next.action === null) return;
      event.preventDefault();
      current.current[next.action]?.();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Escape leaves a search field, which keeps what was typed: the keys of the page are back. */
export function useEscapeFromSearch(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== 'Escape' || !(target instanceof HTMLInputElement) || target.type !== 'search') return;
      event.preventDefault(); // a browser would empty it
      target.blur();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function focusIn(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return 'page';
  const type = target instanceof HTMLInputElement ? target.type : '';
  const inControl = target.closest('a, button, summary, label') !== null;
  return focusOf({ tag: target.tagName.toLowerCase(), type, editable: target.isContentEditable, inControl });
}
