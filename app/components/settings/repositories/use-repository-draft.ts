'use client';

import { useState } from 'react';
import type { RepositorySettingsView } from '../../../../server/contracts/repositories.ts';
import { DRAFT_PREFIX } from '../../drafts.ts';
import { type Draft, type Drafting, EMPTY_DRAFT, isDirty, meet, readKept, toDraft, typed } from './repository-draft.ts';

const keyOf = (name: string) => `${DRAFT_PREFIX}repository.${name}`;

/**
 * What is typed into a repository's settings, kept in this tab until it is saved: a reload, or signing in again, loses nothing.
 * @param inBrowser false while the page is as the server made it, which knows of no draft: mounted anew when it is true
 */
export function useRepositoryDraft({ name, settings, inBrowser }: { name: string; settings: RepositorySettingsView; inBrowser: boolean }) {
  const stored = toDraft(settings);
  const [drafting, setDrafting] = useState(() => begin(name, stored, inBrowser));
  const put = (next: Drafting) => {
    setDrafting(next);
    keep(name, next);
  };
  // Another admin, or a save of one's own, has changed what is stored: once for each such change.
  const [seen, setSeen] = useState(stored);
  if (JSON.stringify(seen) !== JSON.stringify(stored)) {
    setSeen(stored);
    setDrafting(meet(drafting, stored));
  }
  return {
    ...drafting,
    dirty: isDirty(drafting),
    change: (change: Partial<Draft>) => put(typed(drafting, change)),
    /** What was sent is stored now; what was typed since is not. */
    sent: (sent: Draft) => setDrafting((now) => kept(name, { ...now, saved: sent, theirs: {}, restored: false })),
    /** All that was typed is dropped; what is stored is shown. */
    discard: () => put({ saved: stored, draft: stored, theirs: {}, restored: false }),
    empty: () => put({ saved: EMPTY_DRAFT, draft: EMPTY_DRAFT, theirs: {}, restored: false }),
  };
}

function begin(name: string, stored: Draft, inBrowser: boolean): Drafting {
  const found = readKept(inBrowser ? sessionStorage.getItem(keyOf(name)) : null);
  const fresh = { saved: stored, draft: stored, theirs: {}, restored: false };
  if (found === null) return fresh;
  const met = meet({ ...found, theirs: {}, restored: true }, stored);
  return isDirty(met) ? met : fresh;
}

function kept(name: string, drafting: Drafting): Drafting {
  keep(name, drafting);
  return drafting;
}

function keep(name: string, drafting: Drafting): void {
  try {
    if (isDirty(drafting)) sessionStorage.setItem(keyOf(name), JSON.stringify({ saved: drafting.saved, draft: drafting.draft }));
    else sessionStorage.removeItem(keyOf(name));
  } catch {
    // More than the browser keeps: it stays on the screen.
  }
}
