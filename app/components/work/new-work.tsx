'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { toast } from 'sonner';
import { prioritySchema, SPEC_MAX_BYTES } from '../../../server/contracts/rest.ts';
import { parseSpec } from '../../../server/domain/spec.ts';
import { findSpecProblems, NO_TASK } from '../../../server/domain/spec-problems.ts';
import { Field, INPUT, MONO_INPUT } from '../settings/field.tsx';
import { Checklist } from './checklist.tsx';
import { NewWorkMore } from './new-work-more.tsx';
import { RepositoryPicker } from './repository-picker.tsx';
import { SpecEditor } from './spec-editor.tsx';
import { SPEC_TEMPLATES, type SpecTemplate } from './spec-templates.ts';
import { draftErrors, type NewWorkDraft, toInput, useNewWorkDraft } from './use-new-work-draft.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Button, Skeleton } from '../ui.tsx';

/** A spec for one repository, with what will be made of it beside it. Nothing typed is lost: not by a refusal, not by a reload. */
export function NewWork() {
  const inBrowser = useInBrowser();
  return (
    <>
      <PageTitle>New work</PageTitle>
      {inBrowser ? <Form /> : <Skeleton rows={10} />}
    </>
  );
}

function Form() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { draft, keep, forget } = useNewWorkDraft();
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  /** The same text submitted again, as where the answer was lost, is the same work item; another text is another. */
  const submission = useRef({ text: '', id: '' });
  const create = useMutation(
    trpc.work.create.mutationOptions({
      onSuccess: async ({ item }) => {
        forget();
        await queryClient.invalidateQueries();
        toast.success('Submitted.');
        router.push(`/work/${item.id}`);
      },
    }),
  );
  const parsed = useMemo(() => parseSpec(draft.spec), [draft.spec]);
  const problems = useMemo(() => findSpecProblems(draft.spec, parsed), [draft.spec, parsed]);
  const sizeBytes = useMemo(() => new TextEncoder().encode(draft.spec).length, [draft.spec]);
  const refusal = create.isError ? describeError(create.error) : null;
  const tooLarge = sizeBytes > SPEC_MAX_BYTES ? `It has ${sizeBytes} bytes; at most ${SPEC_MAX_BYTES} (256 KB) are taken.` : undefined;
  const hasNoTask = draft.spec.trim() !== '' && parsed.refused === null && parsed.tasks.length === 0;
  const isSpecRefused = hasNoTask || problems.some((problem) => problem.refused);
  const wrong = draftErrors(draft);
  const errorOf = (field: string) => {
    if (field === 'spec' && tooLarge) return tooLarge;
    if (field === 'spec' && tries > 0 && isSpecRefused) return hasNoTask ? NO_TASK_SENTENCE : 'It is not taken as it is: see the lines above.';
    return wrong[field] ?? (refusal?.field === field ? asSentence(refusal.message.replace(/^\w+: /, '')) : undefined);
  };
  const set = <N extends keyof NewWorkDraft>(name: N, value: NewWorkDraft[N]) => keep({ ...draft, [name]: value });
  // Who is refused stands in the first field that is wrong.
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries, create.error]);

  return (
    <form
      ref={form}
      className="grid gap-x-8 gap-y-4 lg:grid-cols-[3fr_2fr]"
      onSubmit={(event) => {
        event.preventDefault();
        setTries(tries + 1);
        if (Object.keys(wrong).length > 0 || isSpecRefused) return;
        const text = JSON.stringify(draft);
        if (submission.current.text !== text) submission.current = { text, id: crypto.randomUUID() };
        create.mutate({ source: 'web', sourceId: submission.current.id, ...toInput(draft) });
      }}
    >
      <div className="flex flex-col gap-4">
        <h1 className="text-lg font-semibold">New work</h1>
        <Field label="Repository" hint="owner/name, or a git URL" error={errorOf('repo')}>
          {(props) => <RepositoryPicker field={props} value={draft.repo} change={(name) => set('repo', name)} />}
        </Field>
        <Field label="Title" hint="left out: the spec’s first heading" error={errorOf('title')}>
          {(props) => <input {...props} value={draft.title} onChange={(event) => set('title', event.target.value)} autoComplete="off" className={INPUT} />}
        </Field>
        <Templates spec={draft.spec} take={(spec) => set('spec', spec)} />
        <Field label="Spec" hint={hasNoTask ? NO_TASK_SENTENCE : 'markdown; each task is a line “- [ ] …”'} error={errorOf('spec')}>
          {(props) => <SpecEditor field={props} value={draft.spec} change={(spec) => set('spec', spec)} problems={problems} />}
        </Field>
        <div className="grid gap-4 sm:grid-cols-[10rem_1fr]">
          <Field label="Priority" error={errorOf('priority')}>
            {(props) => (
              <select {...props} value={draft.priority} onChange={(event) => set('priority', event.target.value)} className={INPUT}>
                {prioritySchema.options.map((priority) => (
                  <option key={priority}>{priority}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Verify command" hint="without one, the pull request is a draft" error={errorOf('verify')}>
            {(props) => (
              <input
                {...props}
                value={draft.verify}
                onChange={(event) => set('verify', event.target.value)}
                placeholder="npm test"
                autoComplete="off"
                className={MONO_INPUT}
              />
            )}
          </Field>
        </div>
        <NewWorkMore draft={draft} set={set} errorOf={errorOf} />
        {refusal && !(refusal.field !== undefined && (refusal.field === 'spec' || refusal.field in draft)) && (
          <p role="alert" className="border-l-2 border-bad pl-3 text-bad">
            {refusal.message} What you wrote is kept.
          </p>
        )}
        <div>
          <Button type="submit" tone="primary" disabled={create.isPending || tooLarge !== undefined}>
            {create.isPending ? 'Submitting…' : 'Submit'}
          </Button>
        </div>
      </div>
      <section aria-label="Parsed checklist" className="lg:border-l lg:border-line lg:pl-8">
        <h2 className="mb-2 text-[13px] font-semibold">
          {parsed.tasks.length === 0 ? 'Checklist' : `Checklist: ${parsed.tasks.length} ${parsed.tasks.length === 1 ? 'task' : 'tasks'}`}
        </h2>
        {parsed.tasks.length === 0 ? <p className="text-muted">What becomes a task shows here as you write.</p> : <Checklist tasks={parsed.tasks} />}
      </section>
    </form>
  );
}

/** Begins an empty spec from a template, and offers a way back where something was written. */
function Templates({ spec, take }: { spec: string; take: (spec: string) => void }) {
  const choose = (name: SpecTemplate) => {
    take(SPEC_TEMPLATES[name]);
    if (spec.trim() !== '') toast('What you had written was replaced.', { action: { label: 'Undo', onClick: () => take(spec) } });
  };
  return (
    <div className="-mb-2 flex flex-wrap items-center gap-x-3 text-[13px] text-muted">
      <span>Begin from</span>
      {(Object.keys(SPEC_TEMPLATES) as SpecTemplate[]).map((name) => (
        <button key={name} type="button" className="min-h-6 hover:text-text hover:underline" onClick={() => choose(name)}>
          {name}
        </button>
      ))}
    </div>
  );
}

const asSentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
const NO_TASK_SENTENCE = asSentence(NO_TASK);

const never = () => () => undefined;
/** False on the server and while the page wakes up: the draft is the browser's. */
function useInBrowser(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
