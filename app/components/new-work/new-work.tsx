'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { parseSpec } from '../../../server/domain/specs/spec.ts';
import { findSpecProblems, NO_TASK } from '../../../server/domain/specs/spec-problems.ts';
import { Field, INPUT, MONO_INPUT } from '../settings/field.tsx';
import { Checklist } from '../work-item/checklist.tsx';
import { FromIssue, type ImportedIssue, IssueImport } from './issue-import.tsx';
import { newWorkHints } from './new-work-hints.ts';
import { NewWorkMore } from './new-work-more.tsx';
import { ReplaceQuestion } from './replace-question.tsx';
import { RepositoryPicker } from './repository-picker.tsx';
import { SpecEditor } from './spec-editor.tsx';
import { SPEC_TEMPLATES, type SpecTemplate } from './spec-templates.ts';
import { useKnownRepository } from './use-known-repositories.ts';
import { draftErrors, EMPTY_DRAFT, issueOf, type NewWorkDraft, toInput, useNewWorkDraft } from './use-new-work-draft.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { useInBrowser } from '../use-in-browser.ts';
import { Button, Skeleton } from '../ui.tsx';
import { PRIORITIES, SPEC_MAX_BYTES } from '../../../server/contracts/vocabulary.ts';
import { randomId } from '../random-id.ts';
import { useReadAgain } from '../use-read-again.ts';

/** A spec for one repository, with what will be made of it beside it. Nothing typed is lost: not by a refusal, not by a reload. */
export function NewWork() {
  const inBrowser = useInBrowser();
  const { name, role, maySteer } = useMe();
  return (
    <>
      <PageTitle>New work</PageTitle>
      {role === null && <Skeleton rows={10} />}
      {role !== null && !maySteer && <OnlyMembers />}
      {/* The draft is this browser's: until it is read the form only shows. */}
      {maySteer && (inBrowser ? <DraftForm by={name} /> : <Form draft={EMPTY_DRAFT} keep={nothing} forget={nothing} disabled />)}
    </>
  );
}

function OnlyMembers() {
  return (
    <>
      <h1 className="text-lg font-semibold">New work</h1>
      <p className="mt-3 text-muted">You may look, and not submit: members and admins do. An admin gives roles in Settings → Members.</p>
    </>
  );
}

const nothing = () => undefined;

function DraftForm({ by }: { by: string }) {
  return <Form {...useNewWorkDraft(by)} disabled={false} />;
}

function Form({ draft, keep, forget, disabled }: ReturnType<typeof useNewWorkDraft> & { disabled: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const readAgain = useReadAgain();
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  /** What would replace something that was written, until it is answered. */
  const [question, setQuestion] = useState<{ by: string; change: Partial<NewWorkDraft> } | null>(null);
  /** The same text submitted again, as where the answer was lost, is the same work item; another text is another. */
  const submission = useRef({ text: '', id: '' });
  const create = useMutation(
    trpc.work.create.mutationOptions({
      onSuccess: async ({ item, created, specDiffers }) => {
        if (!created && (specDiffers || draft.issue !== null)) return; // somebody else was first: what is set here is in no item
        forget();
        await readAgain();
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
  const hints = newWorkHints(useKnownRepository(draft.repo), parsed.tasks.length);
  const errorOf = (field: string) => {
    if (field === 'spec' && tooLarge) return tooLarge;
    if (field === 'spec' && tries > 0 && isSpecRefused) return hasNoTask ? NO_TASK_SENTENCE : 'It is not taken as it is: see the lines above.';
    return wrong[field] ?? (refusal?.field === field ? refusal.message : undefined);
  };
  const set = <N extends keyof NewWorkDraft>(name: N, value: NewWorkDraft[N]) => keep({ ...draft, [name]: value });
  /** At once where nothing is lost by it; else it is asked. */
  const fill = (by: string, change: Partial<NewWorkDraft>) => {
    const isReplaced = (['repo', 'title', 'spec'] as const).some(
      (name) => change[name] !== undefined && draft[name].trim() !== '' && draft[name] !== change[name],
    );
    if (isReplaced) return setQuestion({ by, change });
    setQuestion(null);
    keep({ ...draft, ...change });
  };
  const takeIssue = ({ issue, ...texts }: ImportedIssue) => fill(issue.sourceId, { ...texts, issue });

  // Who is refused stands in the first field that is wrong.
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries, create.error]);

  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        setTries(tries + 1);
        if (Object.keys(wrong).length > 0 || isSpecRefused) return;
        const text = JSON.stringify(draft);
        if (submission.current.text !== text) submission.current = { text, id: randomId() };
        create.mutate({ source: 'web', sourceId: submission.current.id, ...toInput(draft) });
      }}
    >
      <fieldset disabled={disabled} className="grid min-w-0 gap-x-8 gap-y-4 lg:grid-cols-[3fr_2fr]">
        <div className="flex flex-col gap-4">
          <h1 className="text-lg font-semibold">New work</h1>
          <IssueImport take={takeIssue} />
          {draft.issue && <FromIssue issue={draft.issue} closes={issueOf(draft) !== null} forget={() => set('issue', null)} />}
          <Field label="Repository" hint="owner/name, or a git URL" error={errorOf('repo')}>
            {(props) => <RepositoryPicker field={props} value={draft.repo} change={(name) => set('repo', name)} />}
          </Field>
          <Field label="Title" hint="left out: the spec’s first heading" error={errorOf('title')}>
            {(props) => (
              <input {...props} dir="auto" value={draft.title} onChange={(event) => set('title', event.target.value)} autoComplete="off" className={INPUT} />
            )}
          </Field>
          <Templates choose={(name) => fill(`the template “${name}”`, { spec: SPEC_TEMPLATES[name] })} />
          {question && (
            <ReplaceQuestion
              key={question.by}
              by={question.by}
              keep={() => setQuestion(null)}
              replace={() => {
                keep({ ...draft, ...question.change });
                setQuestion(null);
              }}
            />
          )}
          <Field label="Spec" hint={hasNoTask ? NO_TASK_SENTENCE : 'markdown; each task is a line “- [ ] …”'} error={errorOf('spec')}>
            {(props) => <SpecEditor field={props} value={draft.spec} change={(spec) => set('spec', spec)} problems={problems} />}
          </Field>
          <div className="grid gap-4 sm:grid-cols-[10rem_1fr]">
            <Field label="Priority" error={errorOf('priority')}>
              {(props) => (
                <select {...props} value={draft.priority} onChange={(event) => set('priority', event.target.value)} className={INPUT}>
                  {PRIORITIES.map((priority) => (
                    <option key={priority}>{priority}</option>
                  ))}
                </select>
              )}
            </Field>
            <Field label="Verify command" hint={hints.verify} error={errorOf('verify')}>
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
          <NewWorkMore draft={draft} set={set} errorOf={errorOf} hints={hints} />
          {create.data && !create.data.created && (create.data.specDiffers || draft.issue !== null) && (
            <p role="alert" className="border-l-2 border-bad pl-3 text-bad">
              {create.data.item.sourceId} became a work item in the meantime, {create.data.specDiffers ? 'with another spec' : 'as it was imported'}:{' '}
              <Link href={`/work/${create.data.item.id}`} className="underline">
                {create.data.item.title}
              </Link>
              . {create.data.specDiffers ? 'What you wrote is kept.' : 'What you set here is not in it, and is kept.'}
            </p>
          )}
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
      </fieldset>
    </form>
  );
}

/** Begins an empty spec from a template. */
function Templates({ choose }: { choose: (name: SpecTemplate) => void }) {
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
