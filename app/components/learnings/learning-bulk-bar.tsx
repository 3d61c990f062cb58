'use client';

import type { Learning } from '../../../server/contracts/learnings.ts';
import { ConfirmButton } from '../confirm-button.tsx';
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
        <ConfirmButton
          label="Merge into one"
          consequence={`keeps “${first.text.slice(0, 80)}”, the others are shown no more`}
          disabled={busy}
          act={() => merge({ into: first.id, ids: others.map(({ id }) => id) })}
        />
      )}
      <ConfirmButton
        label="Delete"
        of={`${learnings.length} selected`}
        consequence="with all that was merged into them"
        disabled={busy}
        act={() => remove({ ids })}
      />
      <span className="flex-1" />
      <Button onClick={clear}>Clear</Button>
    </div>
  );
}
