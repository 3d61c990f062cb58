'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode, RefObject } from 'react';
import { useTRPC } from '../trpc.ts';
import { useTypedFilter } from '../use-typed-filter.ts';
import type { LearningFilterName, LearningFilterState } from './use-learning-filters.ts';
import { LEARNING_KINDS, LEARNING_QUERY_MAX, LEARNING_STATES } from '../../../server/contracts/vocabulary.ts';

/** Search as one types, and the filters. */
export function LearningFilterBar({
  state,
  search,
  children,
}: {
  state: LearningFilterState;
  search: RefObject<HTMLInputElement | null>;
  children: ReactNode;
}) {
  const trpc = useTRPC();
  const facets = useQuery(trpc.work.facets.queryOptions(undefined, { staleTime: 30_000 }));
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <Typed state={state} name="q" label="Search learnings" placeholder="What do you want to know?" search={search} className="min-w-56 flex-1" />
      <Choice state={state} name="kind" label="Kind" all="All kinds" options={LEARNING_KINDS} />
      <Choice state={state} name="state" label="State" all="All states" options={LEARNING_STATES} />
      <Choice state={state} name="repo" label="Repository" all="All repositories" options={['global', ...(facets.data?.repos ?? [])]} />
      <Typed state={state} name="path" label="Path" placeholder="Path" className="w-28" />
      {children}
    </div>
  );
}

function Typed({
  state,
  name,
  label,
  placeholder,
  search,
  className,
}: {
  state: LearningFilterState;
  name: 'q' | 'path';
  label: string;
  placeholder: string;
  search?: RefObject<HTMLInputElement | null>;
  className: string;
}) {
  const [text, setText] = useTypedFilter(state.value(name), (typed) => state.set(name, typed));
  return (
    <input
      ref={search}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={LEARNING_QUERY_MAX}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className={`h-8 rounded border border-line bg-bg px-2.5 placeholder:text-muted ${className}`}
    />
  );
}

function Choice(props: { state: LearningFilterState; name: LearningFilterName; label: string; all: string; options: readonly string[] }) {
  const value = props.state.value(props.name);
  const shown = value && !props.options.includes(value) ? [value, ...props.options] : props.options;
  return (
    <select
      aria-label={props.label}
      value={value}
      onChange={(event) => props.state.set(props.name, event.target.value)}
      className={`h-8 max-w-44 rounded border border-line bg-bg px-2 ${value ? 'font-medium' : 'text-muted'}`}
    >
      <option value="">{props.all}</option>
      {shown.map((option) => (
        <option key={option} value={option}>
          {option === 'global' ? 'every repository’s' : option}
        </option>
      ))}
    </select>
  );
}
