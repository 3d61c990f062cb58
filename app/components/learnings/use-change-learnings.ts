'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { LearningState } from '../../../server/contracts/learnings.ts';
import { describeError, useTRPC } from '../trpc.ts';

export interface LearningChange {
  ids: string[];
  state?: LearningState;
  pinned?: boolean;
  global?: true;
}

/** The acts on one or many learnings: what was done is said, with a way back where there is one. */
export function useChangeLearnings(done: () => void = () => undefined) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const options = {
    onError: (error: unknown) => void toast.error(describeError(error).message),
    onSuccess: done,
    onSettled: () => queryClient.invalidateQueries(),
  };
  const changing = useMutation(trpc.learnings.change.mutationOptions(options));
  const deleting = useMutation(trpc.learnings.delete.mutationOptions(options));
  const merging = useMutation(trpc.learnings.merge.mutationOptions(options));
  const change = (wanted: LearningChange, said: string, back?: LearningChange) =>
    changing.mutate(wanted, {
      onSuccess: () => void toast.success(said, back && { action: { label: 'Undo', onClick: () => changing.mutate(back) } }),
    });
  return {
    change,
    remove: (wanted: { ids: string[] }) =>
      deleting.mutate(wanted, { onSuccess: () => void toast.success(wanted.ids.length === 1 ? 'Deleted.' : `${wanted.ids.length} deleted.`) }),
    merge: (wanted: { into: string; ids: string[] }) => merging.mutate(wanted, { onSuccess: () => void toast.success('Merged.') }),
    busy: changing.isPending || deleting.isPending || merging.isPending,
  };
}
