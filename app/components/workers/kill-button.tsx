'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';

/** Ends a worker; its work item is stuck until a person decides. */
export function KillButton({ worker }: { worker: { id: string; title: string } }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const kill = useMutation(
    trpc.killWorker.mutationOptions({
      onSuccess: () => toast.success('The worker is ended; its work item needs you.'),
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => queryClient.invalidateQueries(),
    }),
  );
  const { maySteer } = useMe();
  if (!maySteer) return null;
  return (
    <Button tone="danger" disabled={kill.isPending} onClick={() => kill.mutate({ id: worker.id })} aria-label={`Kill the worker of ${worker.title}`}>
      Kill
    </Button>
  );
}
