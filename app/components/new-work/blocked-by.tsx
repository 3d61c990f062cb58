'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CHANGEABLE_STATES } from '../../../server/domain/work/states.ts';
import type { FieldProps } from '../settings/field.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { WORK_TEXT_MAX } from '../../../server/contracts/vocabulary.ts';

const OPEN = [...CHANGEABLE_STATES, 'in_review' as const];
const SHOWN = 6;

/** Which items have to be done first: found by title or id, chosen one by one. */
export function BlockedBy({ chosen, change, field }: { chosen: readonly string[]; change: (ids: string[]) => void; field: FieldProps }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const q = text.trim().slice(0, WORK_TEXT_MAX.q);
  const found = useQuery(trpc.work.list.queryOptions({ q, state: OPEN }, { enabled: q !== '', placeholderData: keepPreviousData }));
  // Hits of the words before are none of these.
  const isAsked = q === '' || found.isPlaceholderData || found.isPending;
  const offers = isAsked ? [] : (found.data?.items ?? []).filter(({ id }) => !chosen.includes(id)).slice(0, SHOWN);
  return (
    <div>
      <input
        {...field}
        type="search"
        dir="auto"
        value={text}
        placeholder="Title or id of an open item"
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
        className="h-8 w-full rounded border border-line bg-bg px-2.5 placeholder:text-muted"
      />
      <p role="status" className="text-[13px] text-muted">
        {q !== '' && !found.isError && (isAsked ? 'Searching…' : offers.length === 0 && 'No open item has this in its title, repository or id.')}
      </p>
      {q !== '' && found.isError && (
        <p role="alert" className="text-[13px] text-bad">
          Items could not be searched: {describeError(found.error).message}
        </p>
      )}
      {offers.length > 0 && !found.isError && (
        <ul aria-label="Items found" className="mt-1 divide-y divide-line border-y border-line">
          {offers.map((item) => (
            <li key={item.id}>
              <button
                type="button"
                className="flex w-full gap-3 px-1 py-1.5 text-left hover:bg-hover"
                onClick={() => {
                  change([...chosen, item.id]);
                  setText('');
                }}
              >
                <span dir="auto" className="min-w-0 flex-1 truncate">
                  {item.title}
                </span>
                <span className="text-muted">{item.state.replace('_', ' ')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen.length > 0 && (
        <ul aria-label="Waits for" className="mt-2 flex flex-wrap gap-2">
          {chosen.map((id) => (
            <Chosen key={id} id={id} remove={() => change(chosen.filter((other) => other !== id))} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Chosen({ id, remove }: { id: string; remove: () => void }) {
  const trpc = useTRPC();
  const title = useQuery(trpc.work.get.queryOptions({ id }, { staleTime: 60_000, retry: false })).data?.title ?? id;
  return (
    <li className="flex max-w-full items-center gap-1 rounded border border-line pl-2">
      <span dir="auto" className="truncate">
        {title}
      </span>
      <button type="button" aria-label={`Do not wait for ${title}`} className="size-7 text-muted hover:text-text" onClick={remove}>
        ×
      </button>
    </li>
  );
}
