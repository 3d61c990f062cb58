'use client';

import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { occurringStates } from '../../../server/domain/work/states.ts';
import { useTRPC } from '../trpc.ts';
import type { FilterName, WorkFilters } from './use-work-filters.ts';
import { PRIORITIES, WORK_ITEM_STATES, WORK_TEXT_MAX } from '../../../server/contracts/vocabulary.ts';

const OCCURRING = occurringStates();
const STATES = WORK_ITEM_STATES.filter((state) => OCCURRING.includes(state));

/** Search, filters, and table or board. */
export function WorkFilterBar({ filters, search }: { filters: WorkFilters; search: RefObject<HTMLInputElement | null> }) {
  const trpc = useTRPC();
  const facets = useQuery(trpc.work.facets.queryOptions(undefined, { staleTime: 30_000 }));
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <input
        ref={search}
        type="search"
        dir="auto"
        aria-label="Search"
        aria-invalid={filters.isTooLong}
        aria-describedby={filters.isTooLong ? 'search-about' : undefined}
        placeholder="Search title, repository or id"
        value={filters.text}
        onChange={(event) => filters.type(event.target.value)}
        className="h-8 min-w-48 flex-1 rounded border border-line bg-bg px-2.5 placeholder:text-muted"
      />
      <Choice filters={filters} name="state" label="State" all="All states" options={STATES} />
      <Choice filters={filters} name="priority" label="Priority" all="All priorities" options={PRIORITIES} />
      <Choice filters={filters} name="repo" label="Repository" all="All repositories" options={facets.data?.repos ?? []} />
      <Choice filters={filters} name="source" label="Source" all="All sources" options={facets.data?.sources ?? []} />
      <div role="group" aria-label="View" className="flex overflow-hidden rounded border border-line">
        {(['table', 'board'] as const).map((view) => (
          <button
            key={view}
            type="button"
            aria-pressed={filters.board === (view === 'board')}
            onClick={() => filters.set('view', view === 'board' ? 'board' : '')}
            className="h-[30px] px-2.5 capitalize text-muted hover:bg-hover aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-text"
          >
            {view}
          </button>
        ))}
      </div>
      {filters.isTooLong && (
        <p id="search-about" role="alert" className="basis-full text-[13px] text-bad">
          This is too long to search for: at most {WORK_TEXT_MAX.q} characters are taken.
        </p>
      )}
    </div>
  );
}

function Choice({ filters, name, label, all, options }: { filters: WorkFilters; name: FilterName; label: string; all: string; options: readonly string[] }) {
  const value = filters.value(name);
  const shown = value && !options.includes(value) ? [value, ...options] : options;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => filters.set(name, event.target.value)}
      className={`h-8 max-w-44 rounded border border-line bg-bg px-2 ${value ? 'font-medium' : 'text-muted'}`}
    >
      <option value="">{all}</option>
      {shown.map((option) => (
        <option key={option} value={option}>
          {option.replace('_', ' ')}
        </option>
      ))}
    </select>
  );
}
