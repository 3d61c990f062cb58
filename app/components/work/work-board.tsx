import Link from 'next/link';
import type { WorkItemRow, WorkItemState } from '../../../server/contracts/rest.ts';
import { StateBadge, TaskBar, Usd } from '../ui.tsx';

const COLUMNS: readonly { label: string; states: readonly WorkItemState[] }[] = [
  { label: 'Waiting', states: ['draft', 'awaiting_approval', 'queued', 'paused'] },
  { label: 'Running', states: ['running'] },
  { label: 'Needs you', states: ['stuck', 'failed'] },
  { label: 'In review', states: ['in_review'] },
  { label: 'Done', states: ['merged', 'completed', 'closed', 'cancelled'] },
];

/** The same items by what they wait for; newest first in each column. */
export function WorkBoard({ items }: { items: WorkItemRow[] }) {
  return (
    <div className="flex gap-5 overflow-x-auto pb-2" tabIndex={0} role="region" aria-label="Board">
      {COLUMNS.map(({ label, states }) => {
        const column = items.filter((item) => states.includes(item.state));
        return (
          <section key={label} aria-label={label} className="w-56 min-w-48 flex-1">
            <h2 className="mb-1 flex justify-between border-b border-line pb-1.5 text-[13px] font-semibold">
              {label} <span className="font-normal tabular-nums text-muted">{column.length}</span>
            </h2>
            <ul className="divide-y divide-line">
              {column.map((item) => (
                <li key={item.id} className="py-2">
                  <Link href={`/work/${item.id}`} className="block break-words font-medium leading-5 hover:underline">
                    {item.title}
                  </Link>
                  <p className="truncate text-[13px] text-muted">{item.repo}</p>
                  <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-[13px] text-muted">
                    {states.length > 1 && <StateBadge state={item.state} />}
                    <TaskBar {...item.tasks} />
                    {item.costUsd > 0 && <Usd value={item.costUsd} />}
                    {item.priority !== 'medium' && <span>{item.priority}</span>}
                  </p>
                  {(item.waitingReason ?? item.stateReason) && (
                    <p className="mt-0.5 line-clamp-2 text-[13px] text-muted">{item.waitingReason ?? item.stateReason}</p>
                  )}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
