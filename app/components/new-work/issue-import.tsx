'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Field, INPUT } from '../settings/field.tsx';
import { useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { readAsked, untilAnswered, useAnswer } from '../use-asked.ts';
import type { DraftIssue } from './use-new-work-draft.ts';

/** What an issue says, as the form takes it. */
export interface ImportedIssue {
  repo: string;
  title: string;
  spec: string;
  issue: DraftIssue;
}

/** Has a supervisor, which holds the token, read an issue, and hands it to the form to be edited. */
export function IssueImport({ take }: { take: (imported: ImportedIssue) => void }) {
  const trpc = useTRPC();
  const [address, setAddress] = useState('');
  const ask = useMutation(trpc.work.askIssue.mutationOptions());
  const id = ask.data?.id;
  const asked = useQuery(trpc.work.askedIssue.queryOptions({ id: id ?? '' }, { enabled: id !== undefined, refetchInterval: untilAnswered }));
  const { view, busy, error } = readAsked(ask, asked, 'issue');
  const answer = view?.answer;
  useAnswer(view, ({ existing, sourceId, sourceUrl, ...texts }) => {
    if (existing === null) take({ ...texts, issue: { repo: texts.repo, sourceId, sourceUrl } });
  });
  const read = () => {
    if (!busy && address.trim() !== '') ask.mutate({ issue: address });
  };
  return (
    <div>
      <Field label="Import an issue" hint="its address on GitHub; what it says comes into the form, for you to edit" error={error}>
        {(props) => (
          <div className="flex gap-2">
            <input
              {...props}
              value={address}
              onChange={(event) => {
                setAddress(event.target.value);
                if (!busy) ask.reset();
              }}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
                event.preventDefault();
                read();
              }}
              placeholder="https://github.com/owner/name/issues/12"
              autoComplete="off"
              className={INPUT}
            />
            <Button disabled={busy || address.trim() === ''} onClick={read}>
              Import
            </Button>
          </div>
        )}
      </Field>
      <p role="status" className="text-[13px] text-muted">
        {busy && 'A supervisor reads it…'}
        {answer && answer.existing !== null && (
          <>
            {answer.sourceId} is a work item already:{' '}
            <Link href={`/work/${answer.existing}`} className="text-text underline">
              {answer.title}
            </Link>
          </>
        )}
      </p>
    </div>
  );
}

/** Says of which issue the work item will be. */
export function FromIssue({ issue, closes, forget }: { issue: DraftIssue; closes: boolean; forget: () => void }) {
  return (
    <p className="flex flex-wrap items-center gap-x-3 text-[13px]">
      <span>
        From{' '}
        <a href={issue.sourceUrl} target="_blank" rel="noreferrer" className="underline">
          {issue.sourceId}
        </a>
        {closes ? ': the pull request will close it.' : ', but for another repository: the pull request will not close it.'}
      </span>
      <button type="button" className="min-h-6 text-muted hover:text-text hover:underline" onClick={forget}>
        Not of this issue
      </button>
    </p>
  );
}
