'use client';

import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toast } from 'sonner';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/work/states.ts';
import { Field, INPUT } from '../settings/field.tsx';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Button, Heading, Usd } from '../ui.tsx';
import { capErrors } from '../work/cap-errors.ts';
import { useReadAgain } from '../use-read-again.ts';

/** What the item used of what it may use; the caps can be changed while it waits or runs. */
export function Budgets({ item }: { item: ShownWorkItem }) {
  const [editing, setEditing] = useState(false);
  const { maySteer } = useMe();
  const open = maySteer && CHANGEABLE_STATES.some((state) => state === item.state);
  const iterations = item.runs.reduce((sum, run) => sum + run.iterations, 0);
  const usd = item.runs.reduce((sum, run) => sum + run.costUsd, 0);
  const isRetried = iterations > item.used.iterations || usd > item.used.usd;
  return (
    <>
      <Heading aside={open && !editing && <Button onClick={() => setEditing(true)}>Change budgets</Button>}>Budgets</Heading>
      {editing && open ? (
        <BudgetForm item={item} close={() => setEditing(false)} />
      ) : (
        <dl aria-label="Budgets" className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 tabular-nums">
          <Row name="Iterations">
            {item.used.iterations} of {item.maxIterations}
          </Row>
          <Row name="USD">
            <Usd value={item.used.usd} /> of <Usd value={item.maxUsd} />
          </Row>
          {isRetried && (
            <Row name="With earlier tries">
              {iterations} {iterations === 1 ? 'iteration' : 'iterations'}, <Usd value={usd} />
            </Row>
          )}
        </dl>
      )}
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function BudgetForm({ item, close }: { item: ShownWorkItem; close: () => void }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [before] = useState({ maxIterations: String(item.maxIterations), maxUsd: String(item.maxUsd) });
  const [caps, setCaps] = useState(before);
  const [tried, setTried] = useState(false);
  const change = useMutation(
    trpc.work.change.mutationOptions({
      onSuccess: async () => {
        toast.success('Budgets changed.');
        close();
        await readAgain();
      },
    }),
  );
  const wrong = capErrors(caps);
  const refusal = change.isError ? describeError(change.error) : null;
  const errorOf = (name: keyof typeof caps) => (tried ? wrong[name] : undefined) ?? (refusal?.field === name ? refusal.message : undefined);
  const figure = (name: keyof typeof caps, label: string, inputMode: 'numeric' | 'decimal') => (
    <Field label={label} error={errorOf(name)}>
      {(props) => (
        <input
          {...props}
          value={caps[name]}
          onChange={(event) => setCaps({ ...caps, [name]: event.target.value })}
          inputMode={inputMode}
          autoComplete="off"
          className={`${INPUT} tabular-nums`}
        />
      )}
    </Field>
  );
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(wrong).length > 0) return;
        // What is left as it was is not sent: somebody may have changed it meanwhile.
        const changed = (['maxIterations', 'maxUsd'] as const).filter((name) => caps[name] !== before[name]);
        if (changed.length === 0) return close();
        change.mutate({ id: item.id, change: Object.fromEntries(changed.map((name) => [name, Number(caps[name])])) });
      }}
    >
      {figure('maxIterations', 'Iterations at most', 'numeric')}
      {figure('maxUsd', 'USD at most', 'decimal')}
      {refusal && !(refusal.field !== undefined && refusal.field in caps) && (
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
