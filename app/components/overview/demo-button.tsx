'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { toast } from 'sonner';
import type { RequestView } from '../../../server/contracts/supervisor-requests.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';

/** Has the supervisor make the demo's repository, submits the demo, and goes to watch it. */
export function DemoButton({ demo, supervisor }: { demo: RequestView<{ repo: string }> | null; supervisor: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const handled = useRef<string | null>(null);
  const onError = (error: unknown) => void toast.error(describeError(error).message);
  const { mutate: submit, ...submission } = useMutation(
    trpc.firstRun.submitDemo.mutationOptions({ onSuccess: ({ id }) => router.push(`/work/${id}`), onError }),
  );
  const prepare = useMutation(
    trpc.firstRun.prepareDemo.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.firstRun.get.queryKey() }),
      onError,
    }),
  );
  const mine = demo !== null && demo.id === prepare.data?.id ? demo : null;
  useEffect(() => {
    if (mine === null || mine.state === 'waiting' || handled.current === mine.id) return;
    handled.current = mine.id;
    if (mine.state === 'answered') submit({ id: mine.id });
    else toast.error(mine.error ?? 'The demo’s repository could not be made.');
  }, [mine, submit]);
  const busy = prepare.isPending || mine?.state === 'waiting' || submission.isPending || submission.isSuccess;
  return (
    <Button tone="primary" disabled={!supervisor || busy} onClick={() => prepare.mutate()}>
      {busy ? 'Starting…' : 'Run the demo'}
    </Button>
  );
}
