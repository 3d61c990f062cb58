'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LearningsFile } from '../../../server/contracts/learnings.ts';
import { useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { readAsked, untilAnswered, useAnswer } from '../use-asked.ts';
import { FileSelect } from './file-select.tsx';

/** Has a supervisor read what a repository's AGENTS.md or CLAUDE.md lists, and hands it to the form to be looked at. */
export function ReadLearningsFile({ repo, take }: { repo: string; take: (markdown: string) => void }) {
  const trpc = useTRPC();
  const [file, setFile] = useState<LearningsFile>('AGENTS.md');
  const ask = useMutation(trpc.learnings.askFile.mutationOptions());
  const id = ask.data?.id;
  const asked = useQuery(trpc.learnings.askedFile.queryOptions({ id: id ?? '' }, { enabled: id !== undefined, refetchInterval: untilAnswered }));
  const { view, busy, error } = readAsked(ask, asked, 'repo');
  useAnswer(view, ({ markdown }) => take(markdown));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button disabled={busy || repo.trim() === ''} onClick={() => ask.mutate({ repo, file })}>
        Read its “Learnings” list from
      </Button>
      <FileSelect value={file} change={setFile} />
      <p role="status" aria-label="Reading" className={`text-[13px] ${error ? 'text-bad' : 'text-muted'}`}>
        {busy ? 'A supervisor reads it…' : (error ?? (view?.answer ? `${view.answer.count} read, for you to look at.` : ''))}
      </p>
    </div>
  );
}
