'use client';

import { useState } from 'react';

const KEY = 'factory.new-work';

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

/** What is typed, kept in this browser at every keystroke: a reload, and a refusal, lose nothing. */
export function useNewWorkDraft(): { draft: NewWorkDraft; keep: (draft: NewWorkDraft) => void; forget: () => void } {
  const [draft, setDraft] = useState<NewWorkDraft>(read);
  const keep = (next: NewWorkDraft) => {
    setDraft(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // More than the browser keeps: it stays on the screen.
    }
  };
  return { draft, keep, forget: () => localStorage.removeItem(KEY) };
}

function read(): NewWorkDraft {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<NewWorkDraft>;
    return { ...EMPTY_DRAFT, ...kept, blockedBy: Array.isArray(kept.blockedBy) ? kept.blockedBy : [], issue: kept.issue?.sourceId ? kept.issue : null };
  } catch {
    return EMPTY_DRAFT; // not ours, or of an older version
  }
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
  const errors: Record<string, string> = {};
  if (maxIterations.trim() !== '' && !(Number.isInteger(Number(maxIterations)) && Number(maxIterations) >= 1 && Number(maxIterations) <= 1_000)) {
    errors.maxIterations = 'A whole number from 1 to 1000.';
  }
  if (maxUsd.trim() !== '' && !(Number(maxUsd) > 0 && Number(maxUsd) <= 10_000)) errors.maxUsd = 'A figure above 0, up to 10000, such as 2.50.';
  return errors;
}
