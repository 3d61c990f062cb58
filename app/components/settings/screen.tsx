'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageTitle } from '../shell/page-title.tsx';
import { QueryState } from '../query-state.tsx';

/** A settings screen around one question: its title, and what is shown while there is no answer. */
export function SettingsScreen<T>({ title, query, children }: { title: string; query: UseQueryResult<T, unknown>; children: (data: T) => ReactNode }) {
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <h1 className="sr-only">{title}</h1>
      <QueryState query={query} what={title} />
      {query.data !== undefined && <div>{children(query.data)}</div>}
    </>
  );
}
