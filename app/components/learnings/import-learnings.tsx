'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Field, INPUT } from '../settings/field.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Panel, PanelButtons } from './panel.tsx';
import { ReadLearningsFile } from './read-learnings-file.tsx';
import { useReadAgain } from '../use-read-again.ts';

/** A markdown list, as agents and AGENTS.md have it. */
export function ImportLearnings({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [markdown, setMarkdown] = useState('');
  const [repo, setRepo] = useState('');
  const load = useMutation(
    trpc.learnings.import.mutationOptions({
      onSuccess: async ({ fresh, known, proposed }) => {
        toast.success(`${fresh} new${proposed > 0 ? `, ${proposed} of them wait for a yes` : ''}, ${known} known already.`);
        await readAgain();
        close();
      },
    }),
  );
  const error = load.isError ? describeError(load.error) : null;
  const of = (field: string) => (error && (error.field ?? 'markdown') === field ? error.message.replace(/^\w+: /, '') : undefined);
  return (
    <Panel submit={() => load.mutate({ markdown, repo: repo.trim() === '' ? null : repo })}>
      <Field label="Repository" hint="Empty: for every repository." error={of('repo')}>
        {(props) => <input {...props} value={repo} placeholder="owner/name" onChange={(event) => setRepo(event.target.value)} className={INPUT} />}
      </Field>
      <ReadLearningsFile repo={repo} take={(read) => setMarkdown((typed) => (typed.trim() === '' ? read : `${typed.trimEnd()}\n${read}`))} />
      <Field label="Markdown list" hint="One a line: - Pattern: …, - Gotcha: … or - Approach: …" error={of('markdown')}>
        {(props) => (
          <textarea
            {...props}
            autoFocus
            rows={6}
            value={markdown}
            onChange={(event) => setMarkdown(event.target.value)}
            className="w-full rounded border border-line bg-bg px-2.5 py-1.5 font-mono text-[13px]"
          />
        )}
      </Field>
      <PanelButtons label="Import" busy={load.isPending} close={close} />
    </Panel>
  );
}
