'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { toast } from 'sonner';
import { prioritySchema, SPEC_MAX_BYTES } from '../../../server/contracts/rest.ts';
import { parseSpec } from '../../../server/domain/spec.ts';
import { Checklist } from './checklist.tsx';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Button, Skeleton } from '../ui.tsx';

const DRAFT_KEY = 'factory.new-work';
const EMPTY = { repo: '', title: '', spec: '', priority: 'medium', verify: '' };
type Draft = typeof EMPTY;

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
  const [draft, setDraft] = useDraft();
  /** The same text submitted again, as where the answer was lost, is the same work item; another text is another. */
  const submission = useRef({ text: '', id: '' });
  const create = useMutation(
    trpc.work.create.mutationOptions({
      onSuccess: async ({ item }) => {
        localStorage.removeItem(DRAFT_KEY);
        await queryClient.invalidateQueries();
        toast.success('Submitted.');
        router.push(`/work/${item.id}`);
      },
    }),
  );
  const parsed = useMemo(() => parseSpec(draft.spec), [draft.spec]);
  const sizeBytes = useMemo(() => new TextEncoder().encode(draft.spec).length, [draft.spec]);
  const refusal = create.isError ? describeError(create.error) : null;
  const errorOf = (field: string) => (refusal?.field === field ? refusal.message.replace(/^\w+: /, '') : undefined);
  const tooLarge = sizeBytes > SPEC_MAX_BYTES ? `It has ${sizeBytes} bytes; at most ${SPEC_MAX_BYTES} (256 KB) are taken.` : undefined;
  const fields = ['repo', 'title', 'spec', 'priority', 'verify'];
  const set = (name: keyof Draft) => (value: string) => setDraft({ ...draft, [name]: value });

  return (
    <form
      className="grid gap-x-8 gap-y-4 lg:grid-cols-[3fr_2fr]"
      onSubmit={(event) => {
        event.preventDefault();
        const { repo, title, spec, priority, verify } = draft;
        const text = JSON.stringify(draft);
        if (submission.current.text !== text) submission.current = { text, id: crypto.randomUUID() };
        create.mutate({
          source: 'web',
          sourceId: submission.current.id,
          repo,
          spec,
          priority,
          ...(title.trim() ? { title } : {}),
          ...(verify.trim() ? { verify } : {}),
        });
      }}
    >
      <div className="flex flex-col gap-4">
        <h1 className="text-lg font-semibold">New work</h1>
        <Field label="Repository" hint="owner/name, or a git URL" error={errorOf('repo')}>
          {(props) => (
            <input {...props} value={draft.repo} onChange={(event) => set('repo')(event.target.value)} required autoComplete="off" className={INPUT} />
          )}
        </Field>
        <Field label="Title" hint="left out: the spec’s first heading" error={errorOf('title')}>
          {(props) => <input {...props} value={draft.title} onChange={(event) => set('title')(event.target.value)} autoComplete="off" className={INPUT} />}
        </Field>
        <Field label="Spec" hint="markdown; each task is a line “- [ ] …”" error={tooLarge ?? errorOf('spec')}>
          {(props) => (
            <textarea
              {...props}
              value={draft.spec}
              onChange={(event) => set('spec')(event.target.value)}
              required
              rows={16}
              placeholder={'# Add a health check\n\nWhat the reader should know.\n\n- [ ] Answer GET /healthz with 200\n- [ ] Test it'}
              className="w-full rounded border border-line bg-bg p-2.5 font-mono text-[13px] placeholder:text-muted"
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-[10rem_1fr]">
          <Field label="Priority" error={errorOf('priority')}>
            {(props) => (
              <select {...props} value={draft.priority} onChange={(event) => set('priority')(event.target.value)} className={INPUT}>
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
                onChange={(event) => set('verify')(event.target.value)}
                placeholder="npm test"
                autoComplete="off"
                className={`${INPUT} font-mono text-[13px]`}
              />
            )}
          </Field>
        </div>
        {refusal && !fields.includes(refusal.field ?? '') && (
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

const INPUT = 'h-8 w-full rounded border border-line bg-bg px-2.5 placeholder:text-muted';

interface FieldProps {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string | undefined; children: (props: FieldProps) => ReactNode }) {
  const id = useId();
  const about = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <span id={`${id}-hint`} className="truncate text-[13px] text-muted">
            {hint}
          </span>
        )}
      </div>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': about })}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** The draft, kept in this browser at every keystroke. */
function useDraft(): [Draft, (draft: Draft) => void] {
  const [draft, setDraft] = useState<Draft>(readDraft);
  const keep = (next: Draft) => {
    setDraft(next);
    localStorage.setItem(DRAFT_KEY, JSON.stringify(next));
  };
  return [draft, keep];
}

function readDraft(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(localStorage.getItem(DRAFT_KEY) ?? '{}') as Partial<Draft>) };
  } catch {
    return EMPTY; // not ours, or of an older version
  }
}

const never = () => () => undefined;
/** False on the server and while the page wakes up: the draft is the browser's. */
function useInBrowser(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
