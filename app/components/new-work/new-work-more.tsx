'use client';

import { useState } from 'react';
import { Field, INPUT, MONO_INPUT } from '../settings/field.tsx';
import { BlockedBy } from './blocked-by.tsx';
import type { newWorkHints } from './new-work-hints.ts';
import type { NewWorkDraft } from './use-new-work-draft.ts';

const NAMES = ['setup', 'baseBranch', 'image', 'maxIterations', 'maxUsd', 'blockedBy'] as const;

interface MoreProps {
  draft: NewWorkDraft;
  set: <N extends keyof NewWorkDraft>(name: N, value: NewWorkDraft[N]) => void;
  errorOf: (field: string) => string | undefined;
  hints: ReturnType<typeof newWorkHints>;
}

/** What most work leaves to the repository's settings; opens where something is said or wrong, and closes by hand alone. */
export function NewWorkMore({ draft, set, errorOf, hints }: MoreProps) {
  const [open, setOpen] = useState(false);
  const used = NAMES.some((name) => draft[name].length > 0 || errorOf(name) !== undefined);
  const text = (name: 'setup' | 'baseBranch' | 'image', label: string, hint: string) => (
    <Field label={label} hint={hint} error={errorOf(name)}>
      {(props) => <input {...props} value={draft[name]} autoComplete="off" onChange={(event) => set(name, event.target.value)} className={MONO_INPUT} />}
    </Field>
  );
  const figure = (name: 'maxIterations' | 'maxUsd', label: string, hint: string) => (
    <Field label={label} hint={hint} error={errorOf(name)}>
      {(props) => (
        <input {...props} inputMode="decimal" value={draft[name]} autoComplete="off" onChange={(event) => set(name, event.target.value)} className={INPUT} />
      )}
    </Field>
  );
  return (
    <details open={open || used} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer py-1 font-medium">Branch, commands, budgets, order</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        {text('setup', 'Setup command', hints.setup)}
        {text('baseBranch', 'Base branch', hints.baseBranch)}
        {figure('maxIterations', 'Most iterations', hints.maxIterations)}
        {figure('maxUsd', 'Most USD', hints.maxUsd)}
        {text('image', 'Worker image', 'derived from the worker image')}
        <Field label="Waits for" hint="it starts when these are merged or completed" error={errorOf('blockedBy')}>
          {(props) => <BlockedBy field={props} chosen={draft.blockedBy} change={(ids) => set('blockedBy', ids)} />}
        </Field>
      </div>
    </details>
  );
}
