'use client';

import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { LearningState } from '../../../server/contracts/learnings.ts';
import { describeError, useTRPCClient } from '../trpc.ts';
import { useReadAgain } from '../use-read-again.ts';

const UNDO_MS = 10_000;

export interface LearningChange {
  ids: string[];
  state?: LearningState;
  pinned?: boolean;
  global?: true;
}

/** One act, what is said of it when it is done, and the act that takes it back. */
interface Act {
  run: () => Promise<unknown>;
  said: string;
  back?: LearningChange | undefined;
}

/** The acts on one or many learnings: what was done is said, with a way back where there is one. */
export function useChangeLearnings(done: () => void = () => undefined) {
  const client = useTRPCClient();
  const readAgain = useReadAgain();
  // Said by the mutation itself, not by who asked: his row, or the bar of what is selected, may be gone by then.
  const acting = useMutation({
    mutationFn: ({ run }: Act) => run(),
    onSuccess: (_answer, { said, back }) => {
      toast.success(
        said,
        back && {
          duration: UNDO_MS,
          action: { label: 'Undo', onClick: () => acting.mutate({ run: () => client.learnings.change.mutate(back), said: 'Undone.' }) },
        },
      );
      done();
    },
    onError: (error) => void toast.error(describeError(error).message),
    onSettled: () => readAgain(),
  });
  return {
    change: (wanted: LearningChange, said: string, back?: LearningChange) => acting.mutate({ run: () => client.learnings.change.mutate(wanted), said, back }),
    remove: ({ ids }: { ids: string[] }) =>
      acting.mutate({ run: () => client.learnings.delete.mutate({ ids }), said: ids.length === 1 ? 'Deleted.' : `${ids.length} deleted.` }),
    merge: (wanted: { into: string; ids: string[] }) => acting.mutate({ run: () => client.learnings.merge.mutate(wanted), said: 'Merged.' }),
    busy: acting.isPending,
  };
}
