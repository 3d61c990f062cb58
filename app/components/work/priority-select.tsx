'use client';

import type { Priority, WorkItemState } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/work/states.ts';
import { useMe } from '../shell/use-me.ts';
import { useWorkActs } from './use-work-acts.ts';
import { PRIORITIES, oneOf } from '../../../server/contracts/vocabulary.ts';

/** Priority of an item, changed in place: shown at once, with a way back. */
export function PrioritySelect({ item }: { item: { id: string; title: string; state: WorkItemState; priority: Priority } }) {
  const { prioritise } = useWorkActs();
  const { maySteer } = useMe();
  if (!maySteer || !CHANGEABLE_STATES.some((state) => state === item.state)) return <span>{item.priority}</span>;
  return (
    <select
      aria-label={`Priority of ${item.title}`}
      value={item.priority}
      onChange={(event) => void prioritise([item], oneOf(PRIORITIES, event.target.value) ?? item.priority)}
      className="h-7 rounded border border-line bg-bg px-1"
    >
      {PRIORITIES.map((priority) => (
        <option key={priority}>{priority}</option>
      ))}
    </select>
  );
}
