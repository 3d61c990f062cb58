'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import type { WorkItemView } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/states.ts';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button, Heading, Usd } from '../ui.tsx';

const INPUT = 'h-8 w-24 rounded border border-line bg-bg px-2 text-right tabular-nums';

/** What the item used and may use; the caps can be changed while it waits or runs. */
export function Budgets({ item }: { item: WorkItemView }) {
  const [editing, setEditing] = useState(false);
  const iterations = item.runs.reduce((sum, run) => sum + run.iterations, 0);
  const usd = item.runs.reduce((sum, run) => sum + run.costUsd, 0);
  const { maySteer } = useMe();
  const open = maySteer && CHANGEABLE_STATES.some((state) => state === item.state);
  return (
    <>
      <Heading aside={open && !editing && <Button onClick={() => setEditing(true)}>Change budgets</Button>}>Budgets</Heading>
      {editing && open ? (
        <BudgetForm item={item} close={() => setEditing(false)} />
      ) : (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 tabular-nums">
          <dt className="text-muted">Iterations</dt>
          <dd>
            {iterations} of {item.maxIterations}
          </dd>
          <dt className="text-muted">USD</dt>
          <dd>
            <Usd value={usd} /> of <Usd value={item.maxUsd} />
          </dd>
        </dl>
      )}
    </>
  );
}

function BudgetForm({ item, close }: { item: WorkItemView; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [maxIterations, setMaxIterations] = useState(String(item.maxIterations));
  const [maxUsd, setMaxUsd] = useState(String(item.maxUsd));
  const change = useMutation(
    trpc.work.change.mutationOptions({
      onSuccess: async () => {
        toast.success('Budgets changed.');
        close();
        await queryClient.invalidateQueries();
      },
    }),
  );
  const refusal = change.isError ? describeError(change.error) : null;
  return (
    <form
      noValidate
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ id: item.id, change: { maxIterations: Number(maxIterations), maxUsd: Number(maxUsd) } });
      }}
    >
      <label className="flex items-center justify-between gap-3">
        Iterations at most
        <input value={maxIterations} onChange={(event) => setMaxIterations(event.target.value)} inputMode="numeric" className={INPUT} />
      </label>
      <label className="flex items-center justify-between gap-3">
        USD at most
        <input value={maxUsd} onChange={(event) => setMaxUsd(event.target.value)} inputMode="decimal" className={INPUT} />
      </label>
      {refusal && (
        <p role="alert" className="text-bad">
          {refusal.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" disabled={change.isPending}>
          Save
        </Button>
        <Button onClick={close}>Discard</Button>
      </div>
    </form>
  );
}
