'use client';

import { useSyncExternalStore } from 'react';
import type { Priority, WorkItemState } from '../../../server/contracts/rest.ts';

/** What a person asked of an item, shown before the factory has answered. */
export type Wanted = { state: WorkItemState } | { priority: Priority };
interface Change {
  id: string;
  wanted: Wanted;
}
interface Showable {
  id: string;
  state: WorkItemState;
  priority: Priority;
  stateReason: string | null;
  waitingReason: string | null;
  pausing: boolean;
}

const NONE: readonly Change[] = [];
let changes = NONE;
const listeners = new Set<() => void>();

function set(next: readonly Change[]): void {
  changes = next;
  for (const listener of listeners) listener();
}

/** Shows it on every screen that asks useAtOnce, whatever is read meanwhile. @returns takes it from the screens again */
export function showAtOnce(id: string, wanted: Wanted): () => void {
  const change = { id, wanted };
  set([...changes, change]);
  return () => set(changes.filter((each) => each !== change));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** An item as it will be if all that is asked of it is granted; and whether something is. */
export function useAtOnce(): { asWanted: <T extends Showable>(item: T) => T; isAsked: (id: string) => boolean } {
  const now = useSyncExternalStore(
    subscribe,
    () => changes,
    () => NONE,
  );
  const asWanted = <T extends Showable>(item: T): T =>
    now
      .filter(({ id }) => id === item.id)
      .reduce((shown, { wanted }) => ('state' in wanted ? { ...shown, ...STILL, ...wanted } : { ...shown, ...wanted }), item);
  return { asWanted, isAsked: (id) => now.some((each) => each.id === id) };
}

/** Reasons of the state before are none of the one that is shown. */
const STILL = { stateReason: null, waitingReason: null, pausing: false, can: { pause: false, openDraft: false } };
