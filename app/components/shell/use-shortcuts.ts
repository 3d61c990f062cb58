'use client';

import { useEffect, useRef } from 'react';

const SEQUENCE_MS = 1_200;

/** Keys that act on the whole page: `c`, or `g o` for one after the other. Never while somebody types or holds a modifier. */
export function useShortcuts(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    let before = { key: '', at: 0 };
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (event.key === 'Enter' && isControl(event.target)) return;
      const sequence = `${before.key} ${event.key}`;
      const action = (Date.now() - before.at < SEQUENCE_MS ? current.current[sequence] : undefined) ?? current.current[event.key];
      before = { key: event.key, at: Date.now() };
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

/** Enter on a link, a button or a fold is that control's own. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, summary, dialog') !== null;
}
