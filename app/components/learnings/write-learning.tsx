'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toast } from 'sonner';
import { learningKindSchema, LEARNING_TEXT_MAX } from '../../../server/contracts/learnings.ts';
import { Field, INPUT } from '../settings/field.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';

const AREA = 'w-full rounded border border-line bg-bg px-2.5 py-1.5';
const REPOSITORY_HINT = 'Empty: for every repository.';

/** A person writes one down. */
export function WriteLearning({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [text, setText] = useState('');
  const [repo, setRepo] = useState('');
  const [kind, setKind] = useState<'pattern' | 'gotcha' | 'approach'>('gotcha');
  const write = useMutation(
    trpc.learnings.write.mutationOptions({
      onSuccess: async ({ fresh }) => {
        toast.success(fresh ? 'Written down.' : 'It was there already: counted.');
        await queryClient.invalidateQueries();
        close();
      },
    }),
  );
  const error = write.isError ? describeError(write.error) : null;
  const of = (field: string) => (error && (error.field ?? 'text') === field ? error.message.replace(/^\w+: /, '') : undefined);
  return (
    <Panel submit={() => write.mutate({ kind, text, repo: repo.trim() === '' ? null : repo })}>
      <Field label="What should later workers know?" error={of('text')}>
        {(props) => (
          <textarea
            {...props}
            autoFocus
            rows={2}
            maxLength={LEARNING_TEXT_MAX}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={AREA}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-start gap-3">
        <Field label="Kind">
          {(props) => (
            <select
              {...props}
              value={kind}
              onChange={(event) => setKind(learningKindSchema.parse(event.target.value))}
              className="h-8 rounded border border-line bg-bg px-2"
            >
              {learningKindSchema.options.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </Field>
        <div className="min-w-56 flex-1">
          <Field label="Repository" hint={REPOSITORY_HINT} error={of('repo')}>
            {(props) => <input {...props} value={repo} placeholder="owner/name" onChange={(event) => setRepo(event.target.value)} className={INPUT} />}
          </Field>
        </div>
      </div>
      <Buttons label="Keep it" busy={write.isPending} close={close} />
    </Panel>
  );
}

/** A markdown list, as agents and AGENTS.md have it. */
export function ImportLearnings({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [markdown, setMarkdown] = useState('');
  const [repo, setRepo] = useState('');
  const load = useMutation(
    trpc.learnings.import.mutationOptions({
      onSuccess: async ({ fresh, known, proposed }) => {
        toast.success(`${fresh} new${proposed > 0 ? `, ${proposed} of them wait for a yes` : ''}, ${known} known already.`);
        await queryClient.invalidateQueries();
        close();
      },
    }),
  );
  const error = load.isError ? describeError(load.error) : null;
  const of = (field: string) => (error && (error.field ?? 'markdown') === field ? error.message.replace(/^\w+: /, '') : undefined);
  return (
    <Panel submit={() => load.mutate({ markdown, repo: repo.trim() === '' ? null : repo })}>
      <Field label="Markdown list" hint="One a line: - Pattern: …, - Gotcha: … or - Approach: …" error={of('markdown')}>
        {(props) => (
          <textarea
            {...props}
            autoFocus
            rows={6}
            value={markdown}
            onChange={(event) => setMarkdown(event.target.value)}
            className={`${AREA} font-mono text-[13px]`}
          />
        )}
      </Field>
      <Field label="Repository" hint={REPOSITORY_HINT} error={of('repo')}>
        {(props) => <input {...props} value={repo} placeholder="owner/name" onChange={(event) => setRepo(event.target.value)} className={INPUT} />}
      </Field>
      <Buttons label="Import" busy={load.isPending} close={close} />
    </Panel>
  );
}

function Panel({ submit, children }: { submit: () => void; children: ReactNode }) {
  return (
    <form
      noValidate
      className="mb-4 flex flex-col gap-3 border-l-2 border-line pl-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
    </form>
  );
}

function Buttons({ label, busy, close }: { label: string; busy: boolean; close: () => void }) {
  return (
    <div className="flex gap-2">
      <Button type="submit" tone="primary" disabled={busy}>
        {label}
      </Button>
      <Button onClick={close}>Cancel</Button>
    </div>
  );
}
