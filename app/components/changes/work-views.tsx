'use client';

import dynamic from 'next/dynamic';
import { usePathname, useSearchParams } from 'next/navigation';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { LiveLog } from '../log/live-log.tsx';
import { Tabs } from '../tabs.tsx';
import { Skeleton } from '../ui.tsx';

const loading = () => <Skeleton rows={6} />;
const ChangesView = dynamic(() => import('./changes-view.tsx').then((module) => module.ChangesView), { ssr: false, loading });
const RunsView = dynamic(() => import('./runs-view.tsx').then((module) => module.RunsView), { ssr: false, loading });
const HistoryView = dynamic(() => import('./history-view.tsx').then((module) => module.HistoryView), { ssr: false, loading });

const VIEWS = [
  { view: '', label: 'Log' },
  { view: 'changes', label: 'Changes' },
  { view: 'runs', label: 'Compare runs' },
  { view: 'history', label: 'History' },
] as const;

/** What a work item does now, what it changed, its runs side by side, and who did what with it: one at a time, and which is in the address. */
export function WorkViews({ item }: { item: ShownWorkItem }) {
  const path = usePathname();
  const query = useSearchParams();
  const asked = query.get('view');
  const current = VIEWS.find(({ view }) => view === asked) ?? VIEWS[0];
  return (
    <>
      <Tabs
        label="Views"
        className="mb-3"
        replace
        tabs={VIEWS.map(({ view, label }) => ({ href: view ? `${path}?view=${view}` : path, label, current: current.view === view }))}
      />
      {current.view === '' && <LiveLog id={item.id} />}
      {current.view === 'changes' && <ChangesView item={item} runId={query.get('run')} />}
      {current.view === 'runs' && <RunsView item={item} />}
      {current.view === 'history' && <HistoryView id={item.id} />}
    </>
  );
}
