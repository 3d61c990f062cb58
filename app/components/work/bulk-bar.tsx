'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { prioritySchema, type WorkItemRow } from '../../../server/contracts/rest.ts';
import { CANCELLABLE_STATES, CHANGEABLE_STATES, RETRYABLE_STATES } from '../../../server/domain/states.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';

const fits = (states: readonly string[], items: readonly WorkItemRow[]) => items.filter((item) => states.includes(item.state));

/** What can be done with all that is selected; each is asked by itself, and what is refused is said. */
export function BulkBar({ items, clear }: { items: WorkItemRow[]; clear: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cancel = useMutation(trpc.work.cancel.mutationOptions());
  const retry = useMutation(trpc.work.retry.mutationOptions());
  const change = useMutation(trpc.work.change.mutationOptions());
  const [busy, setBusy] = useState(false);
  const forAll = async (targets: readonly WorkItemRow[], said: string, act: (item: WorkItemRow) => Promise<unknown>) => {
    setBusy(true);
    const answers = await Promise.allSettled(targets.map(act));
    setBusy(false);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    if (refused.length < targets.length) toast.success(`${targets.length - refused.length} ${said}.`);
    const first = refused[0];
    if (first) toast.error(`${refused.length} refused: ${describeError(first.reason).message}`);
    clear();
    await queryClient.invalidateQueries();
  };
  const [cancellable, retryable, changeable] = [fits(CANCELLABLE_STATES, items), fits(RETRYABLE_STATES, items), fits(CHANGEABLE_STATES, items)];
  return (
    <div
      role="toolbar"
      aria-label="Selected items"
      className="sticky bottom-3 mt-3 flex flex-wrap items-center gap-2 rounded border border-line bg-bg p-2 shadow-sm"
    >
      <span className="px-1 tabular-nums">{items.length} selected</span>
      <Button
        disabled={busy || retryable.length === 0}
        onClick={() => void forAll(retryable, 'queued again', ({ id }) => retry.mutateAsync({ id, fresh: false }))}
      >
        Retry {retryable.length}
      </Button>
      <Button
        tone="danger"
        disabled={busy || cancellable.length === 0}
        onClick={() => void forAll(cancellable, 'cancelled', ({ id }) => cancel.mutateAsync({ id }))}
      >
        Cancel {cancellable.length}
      </Button>
      <select
        aria-label="Priority of the selected"
        value=""
        disabled={busy || changeable.length === 0}
        onChange={(event) => {
          const priority = prioritySchema.parse(event.target.value);
          void forAll(changeable, `now ${priority}`, ({ id }) => change.mutateAsync({ id, change: { priority } }));
        }}
        className="h-8 rounded border border-line bg-bg px-2"
      >
        <option value="">Priority of {changeable.length}…</option>
        {prioritySchema.options.map((priority) => (
          <option key={priority}>{priority}</option>
        ))}
      </select>
      <span className="flex-1" />
      <Button onClick={clear}>Clear</Button>
    </div>
  );
}
