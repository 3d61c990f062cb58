'use client';

import Link from 'next/link';
import type { Learning, LearningState } from '../../../server/contracts/learnings.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { useMe } from '../shell/use-me.ts';
import { Ago, Chip } from '../ui.tsx';
import { EditLearning } from './edit-learning.tsx';
import { highlight } from './highlight.ts';
import { LearningUses } from './learning-uses.tsx';
import { useChangeLearnings } from './use-change-learnings.ts';

/** As git shows them. */
const COMMIT_SHOWN = 8;
const TONE: Record<LearningState, string> = { proposed: 'text-warn', approved: 'text-ok', disabled: 'text-muted' };

interface LearningRowProps {
  learning: Learning;
  q: string;
  selected: boolean;
  /** The keys are on it. */
  current: boolean;
  /** The runs that were given it are shown. */
  opened: boolean;
  /** Its words are being changed. */
  editing: boolean;
  edit: (editing: boolean) => void;
  toggle: () => void;
  open: () => void;
}

/** One learning: what it says, where it comes from, how it served, and what can be done with it. */
export function LearningRow({ learning, q, selected, current, opened, editing, edit, toggle, open }: LearningRowProps) {
  const { maySteer } = useMe();
  return (
    <li data-current={current || undefined} aria-current={current || undefined} className="flex gap-3 py-2.5 data-current:bg-hover">
      {maySteer && (
        <input type="checkbox" aria-label={`Select: ${learning.text.slice(0, 80)}`} checked={selected} onChange={toggle} className="mt-1 size-4 shrink-0" />
      )}
      <div className="min-w-0 flex-1">
        {editing ? (
          <EditLearning learning={learning} close={() => edit(false)} />
        ) : (
          <p className={`break-words ${learning.state === 'disabled' ? 'text-muted' : ''}`} dir="auto">
            {highlight(learning.text, q).map((piece, index) =>
              piece.hit ? (
                <mark key={index} className="rounded-sm bg-accent/20 text-inherit">
                  {piece.text}
                </mark>
              ) : (
                piece.text
              ),
            )}
          </p>
        )}
        {learning.flag && <p className="mt-1 border-l-2 border-warn pl-2 text-[13px] text-warn">Read it before a worker does: it {learning.flag}.</p>}
        <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
          <span className={`font-medium ${TONE[learning.state]}`}>{learning.state}</span>
          <Chip>{learning.kind}</Chip>
          {learning.pinned && <Chip tone="text-accent">pinned</Chip>}
          {learning.stale && <Chip tone="text-warn">stale</Chip>}
          {learning.fileGone && <Chip tone="text-warn">file gone</Chip>}
          <span>{learning.repo ?? 'every repository'}</span>
          <Source learning={learning} />
          <Evidence learning={learning} />
          {learning.seen > 1 && <span>noted {learning.seen}×</span>}
          <Outcome {...learning.outcome} opened={opened} open={open} />
          <Ago at={learning.createdAt} />
          {learning.why && <Why why={learning.why} />}
        </div>
        {opened && learning.outcome.runs > 0 && <LearningUses learning={learning} />}
        {maySteer && !editing && <Actions learning={learning} edit={() => edit(true)} />}
      </div>
    </li>
  );
}

const LINK = 'inline-flex min-h-6 items-center underline decoration-line underline-offset-2 hover:decoration-current';

/** Who says so; a worker's word leads to the run in which it was found out. */
function Source({ learning: { source, author, runId } }: { learning: Learning }) {
  if (source !== 'agent') return <span>{source === 'import' ? `imported by ${author ?? 'a person'}` : `by ${author ?? 'a person'}`}</span>;
  if (runId === null) return <span>by a worker</span>;
  return (
    <Link href={`/workers/${runId}`} className={LINK}>
      by a worker
    </Link>
  );
}

/** The file it is about, and the commit in which that was found out, with the changes of its run. */
function Evidence({ learning: { file, commit, runId, workItemId } }: { learning: Learning }) {
  const short = commit?.slice(0, COMMIT_SHOWN);
  return (
    <>
      {file && <code className="break-all font-mono text-xs">{file}</code>}
      {short &&
        (workItemId && runId ? (
          <Link
            href={`/work/${workItemId}?view=changes&run=${runId}`}
            aria-label={`Changes of the run, at commit ${short}`}
            className={`${LINK} font-mono text-xs`}
          >
            {short}
          </Link>
        ) : (
          <code className="font-mono text-xs">{short}</code>
        ))}
    </>
  );
}

function Outcome({ runs, verified, merged, stuck, failed, opened, open }: Learning['outcome'] & { opened: boolean; open: () => void }) {
  if (runs === 0) return <span>used in no run yet</span>;
  const parts = [verified && `${verified} verified`, merged && `${merged} merged`, stuck && `${stuck} stuck`, failed && `${failed} failed`].filter(Boolean);
  return (
    <button type="button" aria-expanded={opened} onClick={open} className={`${LINK} text-left`}>
      {`used in ${runs} ${runs === 1 ? 'run' : 'runs'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`}
    </button>
  );
}

function Why({ why }: { why: NonNullable<Learning['why']> }) {
  const places = [why.words && `words #${why.words}`, why.letters && `letters #${why.letters}`, why.meaning && `meaning #${why.meaning}`].filter(Boolean);
  return (
    <span className="tabular-nums" title="Its place among those found by their words, letters and meaning; joined, and weighed by how it served">
      {places.join(', ')} · {why.score.toFixed(2)}
    </span>
  );
}

function Actions({ learning, edit }: { learning: Learning; edit: () => void }) {
  const { change, remove, busy } = useChangeLearnings();
  const ids = [learning.id];
  const about = `“${learning.text.slice(0, 60)}”`;
  const act = (label: string, onClick: () => void) => (
    <button
      type="button"
      disabled={busy}
      aria-label={`${label} ${about}`}
      className="min-h-6 min-w-6 hover:text-text hover:underline disabled:opacity-50"
      onClick={onClick}
    >
      {label}
    </button>
  );
  return (
    <div className="mt-1 flex flex-wrap gap-x-3 text-[13px] text-muted">
      {learning.state !== 'approved' && act('Approve', () => change({ ids, state: 'approved' }, 'Approved.'))}
      {act('Edit', edit)}
      {learning.state !== 'disabled' &&
        act('Disable', () => change({ ids, state: 'disabled' }, 'Disabled: no worker is given it.', { ids, state: learning.state }))}
      {act(learning.pinned ? 'Unpin' : 'Pin', () => change({ ids, pinned: !learning.pinned }, learning.pinned ? 'Unpinned.' : 'Pinned: it is given first.'))}
      {learning.repo !== null && (
        <ConfirmButton
          quiet
          label="For every repository"
          of={about}
          consequence={`workers of every repository are given it, not of ${learning.repo} alone`}
          disabled={busy}
          act={() => change({ ids, global: true }, 'For every repository now.')}
        />
      )}
      <ConfirmButton quiet label="Delete" of={about} consequence="with what it said before" disabled={busy} act={() => remove({ ids })} />
    </div>
  );
}
