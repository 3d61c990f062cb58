'use client';

import { useTheme } from 'next-themes';
import { useState } from 'react';
import { DiffModeEnum, DiffView } from '@git-diff-view/react';
import '@git-diff-view/react/styles/diff-view-pure.css';
import './diff.css';
import type { FileChange } from '../../../server/contracts/changes.ts';
import { Chip } from '../ui.tsx';
import { LineCounts } from './line-counts.tsx';

const WITHHELD: Record<NonNullable<FileChange['withheld']>, string> = {
  binary: 'A binary file: what is in it is not shown.',
  large: 'Too long to be shown here; the branch has it.',
  secret: 'It holds a private key, and is not shown.',
};

/** One file of a diff, to be folded away. */
export function FileChanges({ file, split, open: openAtFirst }: { file: FileChange; split: boolean; open: boolean }) {
  const [open, setOpen] = useState(openAtFirst);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)} className="border-t border-line last:border-b">
      <summary className="sticky top-0 z-10 flex cursor-pointer flex-wrap items-baseline gap-x-3 bg-bg py-1.5 hover:bg-hover">
        <span aria-hidden className="w-2 text-muted">
          {open ? '▾' : '▸'}
        </span>
        <span className="min-w-0 break-all font-mono text-[13px]">
          {file.from !== null && (
            <span className="text-muted">
              <bdi>{file.from}</bdi> →{' '}
            </span>
          )}
          <bdi>{file.path}</bdi>
        </span>
        {file.status !== 'modified' && <Chip>{file.status === 'type' ? 'other type' : file.status}</Chip>}
        <span className="ml-auto text-[13px]">
          <LineCounts additions={file.additions} deletions={file.deletions} />
        </span>
      </summary>
      {open && <Body file={file} split={split} />}
    </details>
  );
}

function Body({ file, split }: { file: FileChange; split: boolean }) {
  const { resolvedTheme } = useTheme();
  const { patch } = file;
  if (file.withheld) return <p className="px-3 pb-3 text-[13px] text-muted">{WITHHELD[file.withheld]}</p>;
  if (patch === null || !patch.includes('\n@@ ')) return <p className="px-3 pb-3 text-[13px] text-muted">No line of it changed.</p>;
  return (
    <div className="diff overflow-x-auto pb-2">
      <DiffView
        data={{ oldFile: { fileName: file.from ?? file.path }, newFile: { fileName: file.path }, hunks: [patch] }}
        diffViewMode={split ? DiffModeEnum.Split : DiffModeEnum.Unified}
        diffViewTheme={resolvedTheme === 'dark' ? 'dark' : 'light'}
        diffViewHighlight
        diffViewWrap
        diffViewFontSize={12.5}
      />
    </div>
  );
}
