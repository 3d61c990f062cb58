'use client';

import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { Priority, WorkItemState, WorkItemView } from '../../../server/contracts/rest.ts';
import { CANCELLABLE_STATES, RETRYABLE_STATES } from '../../../server/domain/work/states.ts';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { useAtOnce } from './at-once.ts';
import { useWorkActs } from './use-work-acts.ts';
import { useReadAgain } from '../use-read-again.ts';

const has = (states: readonly WorkItemState[], state: WorkItemState) => states.includes(state);

interface Actable {
  id: string;
  title: string;
  state: WorkItemState;
  priority: Priority;
  headCommit: string | null;
  prUrl: string | null;
  pausing: boolean;
}

/** What a person can do with a work item in its state; short in lists, all of it on its own screen. */
export function WorkActions({ item, can }: { item: Actable; can?: WorkItemView['can'] }) {
  const all = can !== undefined;
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const outcome = (said: string) => ({
    onSuccess: () => toast.success(said),
    onError: (error: unknown) => toast.error(describeError(error).message),
    onSettled: () => readAgain(),
  });
  const retry = useMutation(trpc.work.retry.mutationOptions(outcome('Queued again.')));
  const { cancel } = useWorkActs();
  const { isAsked } = useAtOnce();
  const pause = useMutation(trpc.work.pause.mutationOptions(outcome(item.state === 'running' ? 'Asked to pause.' : 'Paused.')));
  const resume = useMutation(trpc.work.resume.mutationOptions(outcome('Resumed.')));
  const draft = useMutation(trpc.work.draftPullRequest.mutationOptions(outcome('A draft pull request is on its way.')));
  const busy = isAsked(item.id) || [retry, pause, resume, draft].some((act) => act.isPending);
  const { maySteer } = useMe();
  if (!maySteer) return null;
  const { id, state } = item;
  const label = (verb: string) => (all ? undefined : `${verb} ${item.title}`);
  const stopped = has(['stuck', 'failed'], state);
  return (
    <div className="flex flex-wrap gap-2">
      {has(['paused'], state) || item.pausing ? (
        <Button disabled={busy} aria-label={label('Resume')} onClick={() => resume.mutate({ id })}>
          Resume
        </Button>
      ) : (
        can?.pause && (
          <Button disabled={busy} onClick={() => pause.mutate({ id })}>
            Pause
          </Button>
        )
      )}
      {has(RETRYABLE_STATES, state) && state !== 'paused' && (
        <Button disabled={busy} aria-label={label('Retry')} onClick={() => retry.mutate({ id, fresh: false })}>
          Retry
        </Button>
      )}
      {all && has(RETRYABLE_STATES, state) && item.headCommit && (
        <Button disabled={busy} onClick={() => retry.mutate({ id, fresh: true })}>
          Retry fresh
        </Button>
      )}
      {can?.openDraft && !item.prUrl && (
        <Button disabled={busy} onClick={() => draft.mutate({ id })}>
          Open a draft PR
        </Button>
      )}
      {has(CANCELLABLE_STATES, state) && (all || !stopped) && (
        <Button tone="danger" disabled={busy} aria-label={label('Cancel')} onClick={() => void cancel([item])}>
          Cancel
        </Button>
      )}
    </div>
  );
}
