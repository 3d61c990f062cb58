'use client';

import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { isAlive } from '../../../server/domain/work/states.ts';
import type { WorkerView } from '../../../server/contracts/rest.ts';
import { useReadAgain } from '../use-read-again.ts';

/** Ends a worker; its work item is stuck until a person decides. Where there is no living worker there is nothing to press. */
export function KillButton({ worker }: { worker: Pick<WorkerView, 'id' | 'title' | 'state'> }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const kill = useMutation(
    trpc.killWorker.mutationOptions({
      onSuccess: () => toast.success('The worker is ended; its work item needs you.'),
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => readAgain(),
    }),
  );
  const { maySteer } = useMe();
  if (!maySteer || !isAlive(worker.state)) return null;
  return (
    <ConfirmButton
      label="Kill"
      of={`the worker of ${worker.title}`}
      consequence="what it has not committed is lost, and its work item needs you"
      disabled={kill.isPending}
      act={() => kill.mutate({ id: worker.id })}
    />
  );
}
