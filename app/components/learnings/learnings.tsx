'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Learning } from '../../../server/contracts/learnings.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { useRowKeys } from '../use-row-keys.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Button } from '../ui.tsx';
import { ImportLearnings } from './import-learnings.tsx';
import { LearningBulkBar } from './learning-bulk-bar.tsx';
import { LearningFilterBar } from './learning-filter-bar.tsx';
import { LEARNINGS_PAGE } from './learning-query.ts';
import { LearningRow } from './learning-row.tsx';
import { ProposeLearnings } from './propose-learnings.tsx';
import { SearchStatus } from './search-status.tsx';
import { useLearningFilters } from './use-learning-filters.ts';
import { WriteLearning } from './write-learning.tsx';

const REFRESH_MS = 10_000;

/** What workers and people found out: searched as one types, and steered. */
export function LearningsScreen() {
  const trpc = useTRPC();
  const state = useLearningFilters();
  const { maySteer } = useMe();
  const search = useRef<HTMLInputElement>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [unfolded, setUnfolded] = useState<string | null>(null);
  const [open, setOpen] = useState<'write' | 'import' | 'propose' | null>(null);
  const [shown, setShown] = useState(LEARNINGS_PAGE);
  const input = { q: state.q, ...state.filters, limit: Math.min(100, shown) };
  const found = useQuery(trpc.learnings.find.queryOptions(input, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData, retry: false }));
  /** Those whose words are being changed, as they were found: what is typed goes with no filter, and with nobody else's act. */
  const [edited, setEdited] = useState<ReadonlyMap<string, Learning>>(new Map());
  const fitting = found.data?.learnings ?? [];
  const list = [...[...edited.values()].filter(({ id }) => !fitting.some((learning) => learning.id === id)), ...fitting];
  const edit = (learning: Learning) => (editing: boolean) =>
    setEdited((before) => {
      const next = new Map(before);
      if (editing) next.set(learning.id, learning);
      else next.delete(learning.id);
      return next;
    });
  const chosen = list.filter(({ id }) => selected.has(id));
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  useShortcuts({ '/': () => search.current?.focus() });
  const unfold = (id: string) => setUnfolded((before) => (before === id ? null : id));
  const current = useRowKeys({ ids: list.map(({ id }) => id), open: unfold, ...(maySteer ? { choose: toggle } : {}) });
  return (
    <>
      <PageTitle>Learnings</PageTitle>
      <h1 className="sr-only">Learnings</h1>
      <LearningFilterBar state={state} search={search}>
        {maySteer && (
          <>
            <Button aria-expanded={open === 'write'} onClick={() => setOpen(open === 'write' ? null : 'write')}>
              Write one
            </Button>
            <Button aria-expanded={open === 'import'} onClick={() => setOpen(open === 'import' ? null : 'import')}>
              Import
            </Button>
            <Button aria-expanded={open === 'propose'} onClick={() => setOpen(open === 'propose' ? null : 'propose')}>
              Propose in AGENTS.md
            </Button>
          </>
        )}
      </LearningFilterBar>
      {open === 'write' && <WriteLearning close={() => setOpen(null)} />}
      {open === 'import' && <ImportLearnings close={() => setOpen(null)} />}
      {open === 'propose' && <ProposeLearnings initialRepo={state.value('repo') === 'global' ? '' : state.value('repo')} close={() => setOpen(null)} />}
      <SearchStatus searched={state.q === '' ? '' : (found.data?.searched ?? '')} filters={state.filters} />
      <QueryState query={found} what="Learnings" rows={6} />
      {found.data &&
        list.length === 0 &&
        (state.q !== '' || state.filtered ? (
          <p className="py-8 text-muted">Nothing fits.</p>
        ) : (
          <Empty write={maySteer && open === null ? () => setOpen('write') : null} />
        ))}
      <ul aria-label="Learnings" className="divide-y divide-line border-y border-line empty:hidden">
        {list.map((learning) => (
          <LearningRow
            key={learning.id}
            learning={learning}
            q={state.q}
            selected={selected.has(learning.id)}
            current={learning.id === current}
            opened={learning.id === unfolded}
            editing={edited.has(learning.id)}
            edit={edit(learning)}
            toggle={() => toggle(learning.id)}
            open={() => unfold(learning.id)}
          />
        ))}
      </ul>
      {found.data && state.q === '' && found.data.total > fitting.length && (
        <p className="mt-3 flex items-center gap-3 text-muted">
          {fitting.length} of {found.data.total}
          {shown < 100 && <Button onClick={() => setShown(100)}>Show more</Button>}
          {shown >= 100 && <span>Search or filter to see the others.</span>}
        </p>
      )}
      {maySteer && chosen.length > 0 && <LearningBulkBar learnings={chosen} clear={() => setSelected(new Set())} />}
    </>
  );
}

/** @param write opens the form; null where it is open, or not his to write */
function Empty({ write }: { write: (() => void) | null }) {
  return (
    <div className="py-10">
      <p>Nothing was learnt yet. What a worker finds out, or a person writes down here, is given to the workers that it may help.</p>
      <p className="mt-4 flex flex-wrap items-center gap-3">
        {write && (
          <Button tone="primary" onClick={write}>
            Write the first one
          </Button>
        )}
        <span className="text-muted">
          Workers write theirs: <code className="font-mono text-[13px] text-text">echo &quot;- Gotcha: …&quot; &gt;&gt; .ai/new-learnings.md</code>
        </span>
      </p>
    </div>
  );
}
