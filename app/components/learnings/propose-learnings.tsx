'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LearningProposalView, LearningsFile } from '../../../server/contracts/learnings.ts';
import { Field } from '../settings/field.tsx';
import { useTRPC } from '../trpc.ts';
import { readAsked, untilAnswered } from '../use-asked.ts';
import { RepositoryPicker } from '../new-work/repository-picker.tsx';
import { FileSelect } from './file-select.tsx';
import { Panel, PanelButtons } from './panel.tsx';

/** While its side effects are under way. */
const SETTLING_MS = 1_000;

/** What is approved of one repository, proposed to it as a section of its AGENTS.md or CLAUDE.md. */
export function ProposeLearnings({ initialRepo, close }: { initialRepo: string; close: () => void }) {
  const trpc = useTRPC();
  const [repo, setRepo] = useState(initialRepo);
  const [file, setFile] = useState<LearningsFile>('AGENTS.md');
  const ask = useMutation(trpc.learnings.propose.mutationOptions());
  const id = ask.data?.id;
  const asked = useQuery(
    trpc.learnings.proposed.queryOptions(
      { id: id ?? '' },
      {
        enabled: id !== undefined,
        refetchInterval: (query) => untilAnswered(query) || (query.state.data?.answer?.proposal?.settled === false && SETTLING_MS),
      },
    ),
  );
  const { view, busy, error } = readAsked(ask, asked, 'repo');
  /** What was said of the other choice says nothing of this one. */
  const anew = (choose: () => void) => {
    choose();
    if (!busy) ask.reset();
  };
  return (
    <Panel submit={() => !busy && ask.mutate({ repo, file })}>
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-56 flex-1">
          <Field
            label="Propose to which repository?"
            hint="Its approved learnings become a section of the file: one commit on a branch of its own, on GitHub with a pull request."
            error={error}
          >
            {(props) => <RepositoryPicker field={props} value={repo} change={(name) => anew(() => setRepo(name))} />}
          </Field>
        </div>
        <Field label="File">{({ id: control }) => <FileSelect id={control} value={file} change={(chosen) => anew(() => setFile(chosen))} />}</Field>
      </div>
      <PanelButtons label="Propose" busy={busy} close={close} closing="Close" />
      <p role="status" aria-label="Proposal" className="text-[13px] text-muted empty:hidden">
        {busy && 'A supervisor reads the repository…'}
        {view?.answer && <Outcome answer={view.answer} />}
      </p>
    </Panel>
  );
}

function Outcome({ answer: { sentence, proposal } }: { answer: LearningProposalView }) {
  if (!proposal) return sentence;
  const { branch, settled, prUrl, prNumber, outcome, error } = proposal;
  return (
    <>
      {sentence}{' '}
      {prUrl ? (
        <>
          <a href={prUrl} target="_blank" rel="noreferrer" className="text-text underline">
            Pull request #{prNumber}
          </a>
          {outcome !== null && ` was ${outcome}.`}
        </>
      ) : (
        <>
          {settled && error === null && (
            <>
              Branch <code className="font-mono break-all">{branch}</code> is pushed.
            </>
          )}
          {settled && error !== null && <span className="text-bad">It could not be brought out: {error}</span>}
          {!settled && (error === null ? 'It is on its way…' : `The last try failed, and is repeated: ${error}`)}
        </>
      )}
    </>
  );
}
