'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { toast } from 'sonner';
import { describeError, useTRPC } from '../trpc.ts';
import { useAtOnce } from '../work/at-once.ts';
import { useWorkActs } from '../work/use-work-acts.ts';
import { useMe } from './use-me.ts';
import { useStatus } from './use-status.ts';
import { type WorkAct, workActs } from './work-acts.ts';
import { useReadAgain } from '../use-read-again.ts';

interface Act {
  label: string;
  act: () => void;
}

const LABEL: Record<WorkAct, string> = {
  pause: 'Pause this work item',
  resume: 'Resume this work item',
  retry: 'Retry this work item',
  cancel: 'Cancel this work item',
};

/** What this person can do with the work item that is open, and with the factory: only what their states allow. */
export function usePaletteActs(): Act[] {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const { maySteer, isAdmin } = useMe();
  const { data: status } = useStatus();
  const id = /^\/work\/([^/]+)$/.exec(usePathname())?.[1] ?? '';
  const open = maySteer && id !== '' && id !== 'new';
  const { asWanted } = useAtOnce();
  const { data } = useQuery(trpc.work.get.queryOptions({ id }, { enabled: open }));
  const item = data && asWanted(data);
  const outcome = (said: string) => ({
    onSuccess: () => void toast.success(said),
    onError: (error: unknown) => void toast.error(describeError(error).message),
    onSettled: () => readAgain(),
  });
  const pause = useMutation(trpc.work.pause.mutationOptions(outcome(item?.state === 'running' ? 'Asked to pause.' : 'Paused.')));
  const resume = useMutation(trpc.work.resume.mutationOptions(outcome('Resumed.')));
  const retry = useMutation(trpc.work.retry.mutationOptions(outcome('Queued again.')));
  const { cancel } = useWorkActs();
  const hold = useMutation(trpc.settings.pause.mutationOptions(outcome('The factory is paused.')));
  const goOn = useMutation(trpc.settings.resume.mutationOptions(outcome('The factory goes on.')));

  const does: Record<WorkAct, () => void> = {
    pause: () => pause.mutate({ id }),
    resume: () => resume.mutate({ id }),
    retry: () => retry.mutate({ id, fresh: false }),
    cancel: () => item && void cancel([item]),
  };
  const ofItem = open && item ? workActs(item).map((act) => ({ label: LABEL[act], act: does[act] })) : [];
  const ofFactory =
    !isAdmin || !status
      ? []
      : status.paused === null
        ? [{ label: 'Pause the factory', act: () => hold.mutate({}) }]
        : [{ label: 'Resume the factory', act: () => goOn.mutate() }];
  return [...ofItem, ...ofFactory];
}
