'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { LearningsFile } from '../../../server/contracts/learnings.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { FileSelect } from './file-select.tsx';

const LOOK_EVERY_MS = 500;

/** Has a supervisor read what a repository's AGENTS.md or CLAUDE.md lists, and hands it to the form to be looked at. */
export function ReadLearningsFile({ repo, take }: { repo: string; take: (markdown: string) => void }) {
  const trpc = useTRPC();
  const [file, setFile] = useState<LearningsFile>('AGENTS.md');
  const handled = useRef<string | null>(null);
  const ask = useMutation(trpc.learnings.askFile.mutationOptions());
  const id = ask.data?.id;
  const asked = useQuery(
    trpc.learnings.askedFile.queryOptions(
      { id: id ?? '' },
      { enabled: id !== undefined, refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'waiting' ? LOOK_EVERY_MS : false) },
    ),
  );
  const view = id === undefined ? undefined : asked.data;
  const hand = useEffectEvent(take);
  useEffect(() => {
    if (!view || view.answer === null || handled.current === view.id) return;
    handled.current = view.id;
    hand(view.answer.markdown);
  }, [view]);
  const refusal = ask.error ?? (id === undefined ? null : asked.error);
  const error = refusal ? describeError(refusal).message.replace(/^repo: /, '') : (view?.error ?? null);
  const busy = ask.isPending || (id !== undefined && !asked.error && (view === undefined || view.state === 'waiting'));
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
