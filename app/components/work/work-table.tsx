import Link from 'next/link';
import type { WorkItemRow } from '../../../server/contracts/rest.ts';
import { Ago, StateBadge, TaskBar, Usd } from '../ui.tsx';
import { PrioritySelect } from './priority-select.tsx';
import { rowId } from './use-current-row.ts';
import { WorkActions } from './work-actions.tsx';

interface WorkTableProps {
  items: WorkItemRow[];
  /** Id of the item that the keys are on. */
  current: string | null;
  /** null: who looks may do nothing with many. */
  selection: { selected: ReadonlySet<string>; toggle: (id: string) => void } | null;
  setRepo: (name: string) => void;
}

export function WorkTable({ items, current, selection, setRepo }: WorkTableProps) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pr-4 [&>th]:font-normal">
            {selection && (
              <th>
                <span className="sr-only">Selected</span>
              </th>
            )}
            <th>State</th>
            <th className="w-full">Title</th>
            <th className="hidden md:table-cell">Priority</th>
            <th className="hidden sm:table-cell">Tasks</th>
            <th className="hidden text-right md:table-cell">USD</th>
            <th className="hidden sm:table-cell">Updated</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr
              key={item.id}
              id={rowId(item.id)}
              data-current={item.id === current || undefined}
              className="scroll-my-16 border-b border-line align-top hover:bg-hover data-current:bg-hover [&>td]:py-2 [&>td]:pr-4"
            >
              {selection && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Select ${item.title}`}
                    checked={selection.selected.has(item.id)}
                    onChange={() => selection.toggle(item.id)}
                    className="mt-1 size-4"
                  />
                </td>
              )}
              <td>
                <StateBadge state={item.state} />
              </td>
              <td className="max-w-0">
                <Link
                  href={`/work/${item.id}`}
                  dir="auto"
                  className="line-clamp-2 break-words font-medium leading-6 hover:underline sm:line-clamp-1 sm:break-all"
                >
                  {item.title}
                </Link>
                <div className="flex min-w-0 flex-wrap items-center gap-x-2 text-[13px] text-muted sm:flex-nowrap">
                  <button
                    type="button"
                    className="min-h-6 min-w-6 max-w-full truncate hover:underline sm:not-last:max-w-1/2 sm:not-last:shrink-0"
                    onClick={() => setRepo(item.repo)}
                  >
                    {item.repo}
                  </button>
                  {(item.waitingReason ?? item.stateReason) && (
                    <span dir="auto" className={`max-sm:line-clamp-3 max-sm:w-full sm:truncate ${['stuck', 'failed'].includes(item.state) ? 'text-warn' : ''}`}>
                      {item.waitingReason ?? item.stateReason}
                    </span>
                  )}
                </div>
              </td>
              <td className="hidden text-muted md:table-cell">
                <PrioritySelect item={item} />
              </td>
              <td className="hidden sm:table-cell">
                <TaskBar {...item.tasks} />
              </td>
              <td className="hidden text-right md:table-cell">
                <Usd value={item.costUsd} />
              </td>
              <td className="hidden text-muted sm:table-cell">
                <Ago at={item.updatedAt} />
              </td>
              <td>
                <WorkActions item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
