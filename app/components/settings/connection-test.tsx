'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { toast } from 'sonner';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button } from '../ui.tsx';
import type { Holder } from './connection-types.ts';

/** Asks the supervisor itself whether its credential works; a new one is tried by itself once it was taken over. */
export function ConnectionTest({ kind, name, holder, typedAt }: { kind: 'github' | 'model'; name: string; holder: Holder; typedAt: string | null }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { maySteer } = useMe();
  const { id, test, changing, inForce } = holder;
  const ask = useMutation(
    trpc.connections.test.mutationOptions({
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.connections.get.queryKey() }),
    }),
  );
  const { mutate } = ask;
  const seen = useRef({ typedAt, changing });
  useEffect(() => {
    const takenOver = seen.current.changing && !changing && typedAt !== null;
    seen.current = { typedAt, changing };
    if (takenOver) mutate({ kind, supervisorId: id });
  }, [changing, typedAt, mutate, kind, id]);
  const waiting = ask.isPending || test?.state === 'waiting';
  const works = test?.answer?.works;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-2">
      <Button
        disabled={waiting || changing || !inForce || !maySteer}
        aria-label={waiting ? undefined : `Test ${name}`}
        onClick={() => mutate({ kind, supervisorId: id })}
      >
        {waiting ? 'Testing…' : 'Test'}
      </Button>
      <p role="status" className="min-w-0 flex-1 basis-64">
        {!waiting && !changing && test && (
          <>
            <span className={works ? 'text-ok' : 'text-bad'}>{works ? 'Works. ' : test.answer ? 'Does not work. ' : 'Not tested. '}</span>
            {test.answer?.sentence ?? test.error}{' '}
            <span className="text-muted">
              <Ago at={test.answeredAt ?? test.askedAt} />
            </span>
          </>
        )}
      </p>
    </div>
  );
}
