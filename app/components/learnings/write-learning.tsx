'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Field, INPUT } from '../settings/field.tsx';
import { tooLong } from '../too-long.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Panel, PanelButtons } from './panel.tsx';
import { LEARNING_KINDS, LEARNING_TEXT_MAX, oneOf } from '../../../server/contracts/vocabulary.ts';
import { useReadAgain } from '../use-read-again.ts';

const AREA = 'w-full rounded border border-line bg-bg px-2.5 py-1.5';

/** A person writes one down. */
export function WriteLearning({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [text, setText] = useState('');
  const [repo, setRepo] = useState('');
  const [kind, setKind] = useState<'pattern' | 'gotcha' | 'approach'>('gotcha');
  const write = useMutation(
    trpc.learnings.write.mutationOptions({
      onSuccess: async ({ fresh }) => {
        toast.success(fresh ? 'Written down.' : 'It was there already: counted.');
        await readAgain();
        close();
      },
    }),
  );
  const long = tooLong(text, LEARNING_TEXT_MAX);
  const error = write.isError ? describeError(write.error) : null;
  const of = (field: string) => (error && (error.field ?? 'text') === field ? error.message.replace(/^\w+: /, '') : undefined);
  return (
    <Panel submit={() => long === undefined && write.mutate({ kind, text, repo: repo.trim() === '' ? null : repo })}>
      <Field label="What should later workers know?" error={long ?? of('text')}>
        {(props) => <textarea {...props} autoFocus rows={2} value={text} onChange={(event) => setText(event.target.value)} className={AREA} />}
      </Field>
      <div className="flex flex-wrap items-start gap-3">
        <Field label="Kind">
          {(props) => (
            <select
              {...props}
              value={kind}
              onChange={(event) => setKind(oneOf(LEARNING_KINDS, event.target.value) ?? kind)}
              className="h-8 rounded border border-line bg-bg px-2"
            >
              {LEARNING_KINDS.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </Field>
        <div className="min-w-56 flex-1">
          <Field label="Repository" hint="Empty: for every repository." error={of('repo')}>
            {(props) => <input {...props} value={repo} placeholder="owner/name" onChange={(event) => setRepo(event.target.value)} className={INPUT} />}
          </Field>
        </div>
      </div>
      <PanelButtons label="Keep it" busy={write.isPending} close={close} />
    </Panel>
  );
}
