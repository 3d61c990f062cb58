'use client';

import type { Learning } from '../../../server/contracts/learnings.ts';
import { Button } from '../ui.tsx';
import { useChangeLearnings } from './use-change-learnings.ts';

/** What can be done with all that is selected. */
export function LearningBulkBar({ learnings, clear }: { learnings: Learning[]; clear: () => void }) {
  const { change, merge, remove, busy } = useChangeLearnings(clear);
  const ids = learnings.map(({ id }) => id);
  const [first, ...others] = [...learnings].sort((a, b) => b.seen - a.seen);
  return (
    <div
      role="toolbar"
      aria-label="Selected learnings"
      className="sticky bottom-3 mt-3 flex flex-wrap items-center gap-2 rounded border border-line bg-bg p-2 shadow-sm"
    >
      <span className="px-1 tabular-nums">{learnings.length} selected</span>
      <Button disabled={busy} onClick={() => change({ ids, state: 'approved' }, `${ids.length} approved.`)}>
        Approve
      </Button>
      <Button disabled={busy} onClick={() => change({ ids, state: 'disabled' }, `${ids.length} disabled.`)}>
        Disable
      </Button>
      {first && others.length > 0 && (
        <Button disabled={busy} title={`Keeps “${first.text.slice(0, 80)}”`} onClick={() => merge({ into: first.id, ids: others.map(({ id }) => id) })}>
          Merge into one
        </Button>
      )}
      <Button tone="danger" disabled={busy} onClick={() => remove({ ids })}>
        Delete
      </Button>
      <span className="flex-1" />
      <Button onClick={clear}>Clear</Button>
    </div>
  );
}
