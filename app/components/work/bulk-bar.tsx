'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import type { WorkItemRow } from '../../../server/contracts/rest.ts';
import { CANCELLABLE_STATES, CHANGEABLE_STATES, RETRYABLE_STATES } from '../../../server/domain/work/states.ts';
import { describeError, useTRPCClient } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { refusal, useWorkActs } from './use-work-acts.ts';
import { PRIORITIES, oneOf } from '../../../server/contracts/vocabulary.ts';
import { useReadAgain } from '../use-read-again.ts';

const fits = (states: readonly string[], items: readonly WorkItemRow[]) => items.filter((item) => states.includes(item.state));

interface BulkBarProps {
  items: WorkItemRow[];
  /** Sets which are selected. */
  select: (change: (ids: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

/** What can be done with all that is selected; each is asked by itself. What was refused stays selected, and why is said. */
export function BulkBar({ items, select }: BulkBarProps) {
  const client = useTRPCClient();
  const readAgain = useReadAgain();
  const acts = useWorkActs();
  const [busy, setBusy] = useState(false);
  const only = (ids: readonly string[]) => select(() => new Set(ids));
  /** The selection goes at once; the refused come back to it. */
  const atOnce = (asked: Promise<string[]>) => {
    only([]);
    void asked.then((refused) => refused.length > 0 && select((ids) => new Set([...ids, ...refused])));
  };
  const retryAll = async (targets: readonly WorkItemRow[]) => {
    setBusy(true);
    const answers = await Promise.allSettled(targets.map(({ id }) => client.work.retry.mutate({ id, fresh: false })));
    setBusy(false);
    const refused = targets.flatMap((item, n) => {
      const answer = answers[n];
      return answer?.status === 'rejected' ? [{ item, why: describeError(answer.reason).message }] : [];
    });
    if (refused.length < targets.length) toast.success(`${targets.length - refused.length} queued again.`);
    if (refused.length > 0) toast.error(refusal(refused, targets.length, 'queued again'));
    only(refused.map(({ item }) => item.id));
    await readAgain();
  };
  const [cancellable, retryable, changeable] = [fits(CANCELLABLE_STATES, items), fits(RETRYABLE_STATES, items), fits(CHANGEABLE_STATES, items)];
  return (
    <div
      role="toolbar"
      aria-label="Selected items"
      className="sticky bottom-3 mt-3 flex flex-wrap items-center gap-2 rounded border border-line bg-bg p-2 shadow-sm"
    >
      <span className="px-1 tabular-nums">{items.length} selected</span>
      <Button disabled={busy || retryable.length === 0} onClick={() => void retryAll(retryable)}>
        Retry {retryable.length}
      </Button>
      <Button tone="danger" disabled={busy || cancellable.length === 0} onClick={() => atOnce(acts.cancel(cancellable))}>
        Cancel {cancellable.length}
      </Button>
      <select
        aria-label="Priority of the selected"
        value=""
        disabled={busy || changeable.length === 0}
        onChange={(event) => {
          const priority = oneOf(PRIORITIES, event.target.value);
          if (priority) atOnce(acts.prioritise(changeable, priority));
        }}
        className="h-8 rounded border border-line bg-bg px-2"
      >
        <option value="">Priority of {changeable.length}…</option>
        {PRIORITIES.map((priority) => (
          <option key={priority}>{priority}</option>
        ))}
      </select>
      <span className="flex-1" />
      <Button onClick={() => only([])}>Clear</Button>
    </div>
  );
}
