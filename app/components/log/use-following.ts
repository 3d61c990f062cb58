'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { decideFollowing, type Hand, type Place, wantsUp } from './follow.ts';

/** The state of somebody who watches a log: at its end, or away from it since so many lines. */
interface Following {
  following: boolean;
  /** How many lines there were when he left the end. */
  seen: number;
  /** For the list: the element that scrolls. */
  scroller: (element: HTMLElement | Window | null) => void;
  /** Away from the end, on purpose. */
  leave: () => void;
  /** Away from the end to a line: where that jump comes to rest, nobody went. */
  land: () => void;
  /** Back to the end. */
  toEnd: () => void;
}

/**
 * Keeps a list at its end while it grows, for as long as nobody scrolls up.
 * @param start whether it begins at the end
 * @param total lines so far, those dropped at the top included
 * @param loading the backlog still comes, and the list measures thousands of rows: nothing is gone up before a hand was laid on it
 */
export function useFollowing(start: boolean, { total, loading }: { total: number; loading: boolean }): Following {
  const [state, setState] = useState({ following: start, seen: 0 });
  // What is decided counts at once: the next line must not wait for the screen to be drawn anew.
  const current = useRef({ following: start, landing: !start, touched: false, place: { top: 0, height: 0, view: 0 } });
  const known = useRef({ total, loading });
  useEffect(() => {
    known.current = { total, loading };
  }, [loading, total]);
  const element = useRef<HTMLElement | null>(null);
  const ending = useRef<AbortController | undefined>(undefined);

  const set = useCallback((following: boolean) => {
    if (current.current.following === following) return;
    current.current.following = following;
    setState({ following, seen: known.current.total });
  }, []);

  /** Sees where somebody stands, and what that says. */
  const look = useCallback(() => {
    const { following, landing, place: before } = current.current;
    if (!element.current) return;
    const now = placeOf(element.current);
    current.current.place = now;
    const follows = decideFollowing(following, { before, now, landing });
    if (follows || !known.current.loading || current.current.touched) set(follows);
  }, [set]);

  /** The end is gone to only by one who is still there: a finger may have moved since the last look. */
  const keepAtEnd = useCallback(() => {
    look();
    if (!element.current || !current.current.following) return;
    element.current.scrollTop = element.current.scrollHeight;
    current.current.place = placeOf(element.current);
  }, [look]);

  const toEnd = useCallback(() => {
    if (element.current) current.current.place = placeOf(element.current);
    set(true);
    keepAtEnd();
  }, [keepAtEnd, set]);

  const scroller = useCallback(
    (given: HTMLElement | Window | null) => {
      ending.current?.abort();
      element.current = given instanceof HTMLElement ? given : null;
      if (!element.current) return;
      const { signal } = (ending.current = new AbortController());
      current.current.place = placeOf(element.current);
      element.current.addEventListener('scroll', look, { signal, passive: true });
      for (const hand of ['wheel', 'touchstart', 'pointerdown', 'keydown'])
        element.current.addEventListener(hand, () => Object.assign(current.current, { landing: false, touched: true }), { signal, passive: true });
      onHands(element.current, signal, (hand) => {
        const { scrollHeight = 0, clientHeight = 0 } = element.current ?? {};
        if (wantsUp(hand) && scrollHeight > clientHeight) set(false);
        // A browser scrolls to where the end was when the key was pressed.
        if (hand.kind === 'key' && hand.key === 'End') toEnd();
      });
      const observer = new ResizeObserver(keepAtEnd);
      observer.observe(element.current);
      // Rows that are not drawn are padding of the list: its whole box is as high as the log.
      const list = element.current.querySelector('[data-testid="virtuoso-item-list"]');
      if (list) observer.observe(list, { box: 'border-box' });
      signal.addEventListener('abort', () => observer.disconnect());
    },
    [keepAtEnd, look, set, toEnd],
  );

  return {
    ...state,
    scroller,
    leave: useCallback(() => set(false), [set]),
    land: useCallback(() => {
      current.current.landing = true;
      set(false);
    }, [set]),
    toEnd,
  };
}

/** Tells of each move of a wheel, a finger or a key on an element. */
function onHands(element: HTMLElement, signal: AbortSignal, tell: (hand: Hand) => void): void {
  const listening = { signal, passive: true };
  let from = 0;
  element.addEventListener('wheel', ({ deltaY }) => tell({ kind: 'move', down: deltaY }), listening);
  element.addEventListener('touchstart', ({ touches }) => (from = touches[0]?.clientY ?? 0), listening);
  element.addEventListener('touchmove', ({ touches }) => tell({ kind: 'move', down: from - (touches[0]?.clientY ?? from) }), listening);
  element.addEventListener('keydown', ({ key }) => tell({ kind: 'key', key }), listening);
}

function placeOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement): Place {
  return { top: scrollTop, height: scrollHeight, view: clientHeight };
}
