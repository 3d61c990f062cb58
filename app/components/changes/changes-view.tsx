'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Changes } from '../../../server/contracts/changes.ts';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { describeError } from '../trpc.ts';
import { Button, Failed, Skeleton } from '../ui.tsx';
import { FileChanges } from './file-changes.tsx';
import { LineCounts } from './line-counts.tsx';
import { useChanges } from './use-changes.ts';

/** Of more files than this, none is open at first. */
const OPEN_FILES_MAX = 12;
/** A file of more changed lines is not open at first. */
const OPEN_LINES_MAX = 400;

/** The diff of a work item's branch, or of one of its runs. */
export function ChangesView({ item, runId }: { item: ShownWorkItem; runId: string | null }) {
  const run = item.runs.find((each) => each.id === runId);
  const { data, error, isPending, isFetching, refetch } = useChanges({ id: item.id, runId: run?.id ?? null, head: (run ?? item).headCommit });
  const [split, setSplit] = useState(false);
  return (
    <section aria-label="Changes">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <WhichRun item={item} value={run?.id ?? ''} />
          {data && <Summary changes={data} />}
          <span role="status" className="text-[13px] text-muted">
            {isFetching && data !== undefined && 'Reading the newest commit…'}
          </span>
        </div>
        {data && data.files.length > 0 && (
          <Button aria-pressed={split} className="max-lg:hidden aria-pressed:border-text" onClick={() => setSplit(!split)}>
            Side by side
          </Button>
        )}
      </div>
      <div className="mt-3">
        {isPending && <Skeleton rows={6} />}
        {error && <Failed what="The changes could not be read" why={describeError(error).message} retry={() => void refetch()} />}
        {!error && data !== undefined && (data === null || data.files.length === 0) && <p className="py-3 text-muted">{nothing(item, run !== undefined)}</p>}
        {!error && data && <Files changes={data} split={split} />}
      </div>
    </section>
  );
}

function nothing({ state }: ShownWorkItem, ofRun: boolean): string {
  if (ofRun) return 'This run changed nothing.';
  return ['queued', 'running'].includes(state) ? 'Nothing is committed yet; what is comes here.' : 'Nothing was changed.';
}

function Summary({ changes }: { changes: Changes }) {
  const count = changes.files.length + changes.unlisted;
  if (count === 0) return null;
  return (
    <span className="text-[13px] text-muted">
      {count.toLocaleString('en')} {count === 1 ? 'file' : 'files'} <LineCounts {...changes} />{' '}
      <code className="font-mono" title={`from ${changes.from} to ${changes.to}`}>
        {changes.from.slice(0, 7)}…{changes.to.slice(0, 7)}
      </code>
    </span>
  );
}

function WhichRun({ item, value }: { item: ShownWorkItem; value: string }) {
  const path = usePathname();
  const router = useRouter();
  return (
    <select
      aria-label="Changes of"
      value={value}
      onChange={({ target }) => router.replace(`${path}?view=changes${target.value ? `&run=${target.value}` : ''}`, { scroll: false })}
      className="h-8 rounded border border-line bg-bg px-2"
    >
      <option value="">The whole branch</option>
      {item.runs.map(({ id }, index) => (
        <option key={id} value={id}>
          Run {index + 1} alone
        </option>
      ))}
    </select>
  );
}

function Files({ changes, split }: { changes: Changes; split: boolean }) {
  const few = changes.files.length <= OPEN_FILES_MAX;
  return (
    <>
      {changes.files.map((file) => (
        <FileChanges
          key={`${changes.to} ${file.path}`}
          file={file}
          split={split}
          open={few && (file.additions ?? 0) + (file.deletions ?? 0) <= OPEN_LINES_MAX}
        />
      ))}
      {changes.unlisted > 0 && <p className="py-3 text-muted">{changes.unlisted.toLocaleString('en')} more files are not listed here; the branch has them.</p>}
    </>
  );
}
