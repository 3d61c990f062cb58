'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { ConfirmButton } from '../../confirm-button.tsx';
import { describeError, useTRPC } from '../../trpc.ts';
import { Button } from '../../ui.tsx';
import { useInBrowser } from '../../use-in-browser.ts';
import { Field, INPUT, MONO_INPUT } from '../field.tsx';
import { changes, type Draft } from './repository-draft.ts';
import { RepositorySuggestion } from './repository-suggestion.tsx';
import type { RepositoryData } from './repository-types.ts';
import { useRepositoryDraft } from './use-repository-draft.ts';

/** The settings as a form; only what was changed is sent. */
export function RepositoryForm({ repository }: { repository: RepositoryData }) {
  const inBrowser = useInBrowser();
  return <Form key={String(inBrowser)} repository={repository} inBrowser={inBrowser} />;
}

function Form({ repository, inBrowser }: { repository: RepositoryData; inBrowser: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { name, stored, environment, settings } = repository;
  const { saved, draft, theirs, restored, dirty, change, ...form } = useRepositoryDraft({ name, settings, inBrowser });
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.repositories.pathKey() });
  const save = useMutation(
    trpc.repositories.save.mutationOptions({
      // What is typed while it is under way is not in it.
      onMutate: () => ({ sent: draft }),
      onSuccess: (_stored, _changes, { sent }) => {
        form.sent(sent);
        toast.success('Saved. It holds from the next start on.');
      },
      onSettled: refresh,
    }),
  );
  const remove = useMutation(
    trpc.repositories.remove.mutationOptions({
      onSuccess: () => {
        form.empty();
        toast.success('The environment’s settings hold again.');
      },
      onError: (error) => toast.error(describeError(error).message),
      onSettled: refresh,
    }),
  );
  const refusal = save.isError ? describeError(save.error) : null;
  const wrong = refusal?.field?.split('.')[0] ?? '';
  const errorOf = (field: string) => (refusal && wrong === field ? refusal.message.replace(/^[\w.]+: /, '') : undefined);
  const elsewhere = refusal && !(wrong in draft) ? refusal.message : null;
  const text = (field: keyof Draft) => ({
    value: draft[field],
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
    autoComplete: 'off',
  });

  return (
    <form
      noValidate
      // What is typed into the server's page would go with it.
      inert={!inBrowser}
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ name, ...changes(saved, draft) });
      }}
    >
      <RepositorySuggestion repository={repository} use={({ setup, verify }) => change({ setup: setup ?? draft.setup, verify: verify ?? draft.verify })} />
      <Field label="Setup command" hint="runs in a fresh checkout, before the first iteration and before the verify command" error={errorOf('setup')}>
        {(props) => <input {...props} {...text('setup')} placeholder={environment.setup ?? 'none'} className={MONO_INPUT} />}
      </Field>
      <Field
        label="Verify command"
        hint="says whether work is done, in a clean checkout without an agent; without one, pull requests are drafts"
        error={errorOf('verify')}
      >
        {(props) => <input {...props} {...text('verify')} placeholder={environment.verify ?? 'none'} className={MONO_INPUT} />}
      </Field>
      <Field label="Variables for tests" hint="NAME=value, one a line; no secrets: agents can read them" error={errorOf('testEnv')}>
        {(props) => <textarea {...props} {...text('testEnv')} rows={3} spellCheck={false} className={`${MONO_INPUT} block h-auto py-1.5`} />}
      </Field>
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
        <Field label="Base branch" hint="what branches are cut from, and pull requests go to" error={errorOf('baseBranch')}>
          {(props) => <input {...props} {...text('baseBranch')} placeholder="the remote’s default" className={INPUT} />}
        </Field>
        <Field label="Worker image" hint="where workers are containers" error={errorOf('image')}>
          {(props) => <input {...props} {...text('image')} placeholder="the factory’s own" className={INPUT} />}
        </Field>
      </div>
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
        <Field label="Agent" hint="who does the work; it waits where nobody can" error={errorOf('agent')}>
          {(props) => (
            <select {...props} {...text('agent')} className={INPUT}>
              <option value="">as the supervisor chooses</option>
              <option value="claude">Claude Code</option>
              <option value="command">AGENT_COMMAND</option>
              <option value="demo">the scripted demo</option>
            </select>
          )}
        </Field>
        <Field label="What its workers learn" hint="what reads as an order waits for a person in any case" error={errorOf('learnings')}>
          {(props) => (
            <select {...props} {...text('learnings')} className={INPUT}>
              <option value="automatic">is given to later workers at once</option>
              <option value="person">waits for a person’s approval</option>
            </select>
          )}
        </Field>
      </div>
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-3">
        <Field label="Workers at once" hint="0 starts none" error={errorOf('maxWorkers')}>
          {(props) => <input {...props} {...text('maxWorkers')} inputMode="numeric" placeholder="no cap" className={INPUT} />}
        </Field>
        <Field label="Iterations an item" hint="for new work" error={errorOf('maxIterations')}>
          {(props) => <input {...props} {...text('maxIterations')} inputMode="numeric" placeholder="30, or twice its tasks" className={INPUT} />}
        </Field>
        <Field label="USD an item" hint="for new work" error={errorOf('maxUsd')}>
          {(props) => <input {...props} {...text('maxUsd')} inputMode="decimal" placeholder="10" className={INPUT} />}
        </Field>
      </div>
      <Clashes theirs={theirs} take={change} />
      {elsewhere && (
        <p role="alert" className="border-l-2 border-bad pl-3 text-bad">
          {elsewhere}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="primary" disabled={save.isPending || !dirty}>
          {save.isPending ? 'Saving…' : 'Save'}
        </Button>
        {dirty && <Button onClick={form.discard}>Discard changes</Button>}
        {dirty && restored && (
          <p role="status" className="self-center text-[13px] text-muted">
            What you had typed here is back; it is not saved yet.
          </p>
        )}
        {stored && (
          <ConfirmButton
            label="Forget these settings"
            consequence="the environment’s hold then"
            disabled={remove.isPending}
            act={() => remove.mutate({ name })}
          />
        )}
      </div>
    </form>
  );
}

const LABELS: Record<keyof Draft, string> = {
  setup: 'Setup command',
  verify: 'Verify command',
  testEnv: 'Variables for tests',
  baseBranch: 'Base branch',
  image: 'Worker image',
  agent: 'Agent',
  learnings: 'What its workers learn',
  maxWorkers: 'Workers at once',
  maxIterations: 'Iterations an item',
  maxUsd: 'USD an item',
};

/** Where two change the same at once: what the other stored, and a way to leave it so. */
function Clashes({ theirs, take }: { theirs: Partial<Draft>; take: (change: Partial<Draft>) => void }) {
  const fields = Object.entries(theirs) as [keyof Draft, string][];
  if (fields.length === 0) return null;
  return (
    <div role="alert" className="border-l-2 border-warn pl-3">
      <p>Somebody else has changed this meanwhile. Saving overwrites it.</p>
      <ul>
        {fields.map(([field, value]) => (
          <li key={field} className="flex flex-wrap items-center gap-x-3">
            <span className="text-muted">{LABELS[field]}:</span>
            <code className="min-w-0 break-words font-mono text-[13px]">{value || 'empty'}</code>
            <button type="button" className="min-h-6 underline" aria-label={`Take theirs: ${LABELS[field]}`} onClick={() => take({ [field]: value })}>
              Take theirs
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
