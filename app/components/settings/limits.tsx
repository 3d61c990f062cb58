'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import type { LimitName, LimitsView, LimitView } from '../../../server/contracts/settings.ts';
import { PAUSE_REASON_MAX } from '../../../server/contracts/vocabulary.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { tooLong } from '../too-long.ts';
import { QueryState } from '../query-state.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Heading } from '../ui.tsx';
import { useReadAgain } from '../use-read-again.ts';

const REFRESH_MS = 5_000;
const WORDS: Record<LimitName, { label: string; hint: string; env: string }> = {
  maxWorkers: { label: 'Workers at once', hint: 'in all repositories together; 0 starts none', env: 'MAX_WORKERS' },
  dailyBudget: { label: 'Iterations a day', hint: 'counted from midnight', env: 'DAILY_BUDGET' },
  dailyBudgetUsd: { label: 'USD a day', hint: 'empty: no cap', env: 'DAILY_BUDGET_USD' },
  cooldownSeconds: { label: 'Seconds between two starts', hint: '', env: 'COOLDOWN_SECONDS' },
};

/** What holds for the whole factory: the pause, and the limits, each with where its value comes from. */
export function LimitsScreen() {
  const trpc = useTRPC();
  const { isAdmin } = useMe();
  const limits = useQuery(trpc.settings.limits.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <>
      <PageTitle>Limits</PageTitle>
      <h1 className="sr-only">Limits</h1>
      <QueryState query={limits} what="The limits" rows={6} />
      {limits.data && (
        <>
          {!isAdmin && <p className="mb-4 text-muted">Only an admin changes these.</p>}
          <fieldset disabled={!isAdmin} className="contents">
            <Pause pause={limits.data.pause} />
            <Heading>Limits</Heading>
            <ul className="divide-y divide-line border-y border-line">
              {limits.data.limits.map((limit) => (
                <Limit key={limit.name} limit={limit} />
              ))}
            </ul>
          </fieldset>
        </>
      )}
    </>
  );
}

function useAct() {
  const readAgain = useReadAgain();
  return (said: string) => ({
    onSuccess: () => toast.success(said),
    onSettled: () => readAgain(),
  });
}

function Pause({ pause }: { pause: LimitsView['pause'] }) {
  const trpc = useTRPC();
  const act = useAct();
  const [reason, setReason] = useState('');
  const hold = useMutation(trpc.settings.pause.mutationOptions(act('The factory is paused.')));
  const resume = useMutation(trpc.settings.resume.mutationOptions(act('Work goes on.')));
  const long = tooLong(reason, PAUSE_REASON_MAX);
  const error = hold.error ?? resume.error;
  return (
    <section>
      <Heading>Pause</Heading>
      {pause ? (
        <div className="flex flex-wrap items-center gap-3 border-l-2 border-warn py-1 pl-3">
          <span>
            {pause.by} paused the factory <Ago at={pause.at} />
            {pause.reason && `: ${pause.reason}`}
          </span>
          <Button tone="primary" disabled={resume.isPending} onClick={() => resume.mutate()}>
            Resume the factory
          </Button>
        </div>
      ) : (
        <form
          className="flex flex-wrap items-center gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (long === undefined) hold.mutate({ reason });
          }}
        >
          <input
            aria-label="Why"
            aria-invalid={long !== undefined}
            aria-describedby={long === undefined ? undefined : 'pause-error'}
            placeholder="Why (people see it on what waits)"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="h-8 min-w-0 flex-1 rounded border border-line bg-bg px-2.5 placeholder:text-muted"
          />
          <Button type="submit" disabled={hold.isPending}>
            Pause the factory
          </Button>
        </form>
      )}
      <p className="mt-2 text-muted">While it is paused no worker starts, and those that run store what they have before their next iteration and wait.</p>
      {(long !== undefined || error) && (
        <p id="pause-error" role="alert" className="mt-2 text-bad">
          {long ?? describeError(error).message}
        </p>
      )}
    </section>
  );
}

function Limit({ limit }: { limit: LimitView }) {
  const trpc = useTRPC();
  const { label, hint, env } = WORDS[limit.name];
  const stored = limit.value === null ? '' : String(limit.value);
  /** Null: nothing was typed since what is stored came, and that is shown. */
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? stored;
  const readAgain = useReadAgain();
  const save = useMutation(
    trpc.settings.setLimit.mutationOptions({
      onMutate: () => ({ sent: typed }),
      onSuccess: async (_answer, _input, { sent }) => {
        toast.success(`${label}: changed.`);
        await readAgain();
        setTyped((now) => (now === sent ? null : now));
      },
    }),
  );
  const empty = text.trim() === '';
  const wanted = empty ? null : Number(text);
  const error = save.isError ? describeError(save.error).message.replace(/^\w+: /, '') : null;
  return (
    <li className="grid gap-x-6 gap-y-2 py-3 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
      <div>
        <label htmlFor={limit.name} className="font-medium">
          {label}
        </label>
        {hint && <span className="text-muted"> · {hint}</span>}
        <p className="text-[13px] text-muted">
          {limit.set ? (
            <>
              set by {limit.set.by} <Ago at={limit.set.at} />; the environment says {limit.fallback ?? 'no cap'}
            </>
          ) : (
            `from the environment (${env})`
          )}
        </p>
        {error && (
          <p id={`${limit.name}-error`} role="alert" className="text-bad">
            {error}
          </p>
        )}
      </div>
      <form
        noValidate
        className="flex items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ name: limit.name, value: wanted });
        }}
      >
        <input
          id={limit.name}
          aria-invalid={error !== null}
          aria-describedby={error ? `${limit.name}-error` : undefined}
          value={text}
          onChange={(event) => setTyped(event.target.value)}
          inputMode="decimal"
          autoComplete="off"
          className="h-8 w-28 rounded border border-line bg-bg px-2 text-right tabular-nums"
        />
        <Button type="submit" aria-label={`Save ${label}`} disabled={save.isPending || text === stored}>
          Save
        </Button>
        {limit.set && (
          <Button aria-label={`${label}: back to the environment’s`} disabled={save.isPending} onClick={() => save.mutate({ name: limit.name })}>
            Reset
          </Button>
        )}
      </form>
    </li>
  );
}
