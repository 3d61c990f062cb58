'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { type Priority, prioritySchema, type WorkItemState } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/states.ts';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';

/** Priority of an item, changed in place: shown at once, with a way back. */
export function PrioritySelect({ item }: { item: { id: string; title: string; state: WorkItemState; priority: Priority } }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const change = useMutation(
    trpc.work.change.mutationOptions({
      onError: (error) => toast.error(describeError(error).message),
      onSettled: () => queryClient.invalidateQueries(),
    }),
  );
  const { maySteer } = useMe();
  if (!maySteer || !CHANGEABLE_STATES.some((state) => state === item.state)) return <span>{item.priority}</span>;
  const wanted = change.isPending ? prioritySchema.safeParse((change.variables.change as { priority?: unknown } | undefined)?.priority) : undefined;
  const shown = wanted?.success ? wanted.data : item.priority;
  const set = (priority: Priority) => change.mutate({ id: item.id, change: { priority } });
  return (
    <select
      aria-label={`Priority of ${item.title}`}
      value={shown}
      onChange={(event) => {
        const before = item.priority;
        set(prioritySchema.parse(event.target.value));
        toast(`Priority: ${event.target.value}`, { action: { label: 'Undo', onClick: () => set(before) } });
      }}
      className="h-7 rounded border border-line bg-bg px-1"
    >
      {prioritySchema.options.map((priority) => (
        <option key={priority}>{priority}</option>
      ))}
    </select>
  );
}
