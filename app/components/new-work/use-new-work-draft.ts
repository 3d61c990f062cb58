'use client';

import { useEffect, useState } from 'react';
import { randomId } from '../random-id.ts';
import { capErrors } from '../work/cap-errors.ts';
import { dropDraft, holdDraft, openDraft, releaseDraft, storeDraft } from './new-work-drafts.ts';

const HOLD_AGAIN_MS = 20_000;

/** The issue that a draft was made from. */
export interface DraftIssue {
  repo: string;
  sourceId: string;
  sourceUrl: string;
}
export const EMPTY_DRAFT = {
  repo: '',
  title: '',
  spec: '',
  priority: 'medium',
  verify: '',
  setup: '',
  baseBranch: '',
  image: '',
  maxIterations: '',
  maxUsd: '',
  /** Ids of the items that have to be done first. */
  blockedBy: [] as string[],
  issue: null as DraftIssue | null,
};
export type NewWorkDraft = typeof EMPTY_DRAFT;

/** What is typed, kept in this browser at every keystroke: a reload, a refusal and another form that is open lose nothing of it. */
export function useNewWorkDraft(by: string): { draft: NewWorkDraft; keep: (draft: NewWorkDraft) => void; forget: () => void } {
  const [opened] = useState(() => openDraft(storages(), { by, now: Date.now(), newId: randomId }));
  const [draft, setDraft] = useState<NewWorkDraft>(() => asDraft(opened.draft));
  const { id } = opened;
  useEffect(() => {
    const hold = () => holdDraft(storages(), id, Date.now());
    const release = () => releaseDraft(storages(), id);
    hold();
    const timer = setInterval(hold, HOLD_AGAIN_MS);
    window.addEventListener('pagehide', release);
    window.addEventListener('pageshow', hold);
    return () => {
      clearInterval(timer);
      window.removeEventListener('pagehide', release);
      window.removeEventListener('pageshow', hold);
      release();
    };
  }, [id]);
  const keep = (next: NewWorkDraft) => {
    setDraft(next);
    try {
      storeDraft(storages(), { id, by, at: Date.now(), draft: next });
    } catch {
      // More than the browser keeps: it stays on the screen.
    }
  };
  return { draft, keep, forget: () => dropDraft(storages(), id) };
}

const storages = () => ({ local: localStorage, tab: sessionStorage });

function asDraft(kept: unknown): NewWorkDraft {
  const { blockedBy, issue, ...texts } = (kept ?? {}) as Partial<NewWorkDraft>;
  return { ...EMPTY_DRAFT, ...texts, blockedBy: Array.isArray(blockedBy) ? blockedBy : [], issue: issue?.sourceId ? issue : null };
}

/** The issue that the item will be of: none where the repository is another by now, whose pull request could not close it. */
export function issueOf({ issue, repo }: Pick<NewWorkDraft, 'issue' | 'repo'>): DraftIssue | null {
  return issue?.repo.toLowerCase() === repo.trim().toLowerCase() ? issue : null;
}

/** As the service takes it: what is left empty is left out. */
export function toInput({ repo, spec, priority, maxIterations, maxUsd, blockedBy, issue, ...texts }: NewWorkDraft): Record<string, unknown> {
  const from = issueOf({ issue, repo });
  const said = Object.entries(texts).filter(([, text]) => text.trim() !== '');
  return {
    ...{ repo, spec, priority },
    ...Object.fromEntries(said),
    ...(from === null ? {} : { source: 'github', sourceId: from.sourceId, sourceUrl: from.sourceUrl }),
    ...(maxIterations.trim() === '' ? {} : { maxIterations: Number(maxIterations) }),
    ...(maxUsd.trim() === '' ? {} : { maxUsd: Number(maxUsd) }),
    ...(blockedBy.length === 0 ? {} : { blockedBy }),
  };
}

/** What is wrong with figures, by field; before anything is sent. */
export function draftErrors({ maxIterations, maxUsd }: Pick<NewWorkDraft, 'maxIterations' | 'maxUsd'>): Record<string, string> {
  const wrong = capErrors({ maxIterations, maxUsd });
  const said = Object.entries({ maxIterations, maxUsd }).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(said.flatMap(([name]) => (wrong[name] === undefined ? [] : [[name, wrong[name]]])));
}
