'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Learning } from '../../../server/contracts/learnings.ts';
import { LEARNING_KINDS, LEARNING_TEXT_MAX, oneOf } from '../../../server/contracts/vocabulary.ts';
import { Field } from '../settings/field.tsx';
import { tooLong } from '../too-long.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button } from '../ui.tsx';
import { useReadAgain } from '../use-read-again.ts';

/** The words of a learning, and what it said before. */
export function EditLearning({ learning, close }: { learning: Learning; close: () => void }) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [text, setText] = useState(learning.text);
  const [kind, setKind] = useState(learning.kind);
  const detail = useQuery(trpc.learnings.get.queryOptions({ id: learning.id }));
  const edit = useMutation(
    trpc.learnings.edit.mutationOptions({
      onSuccess: async () => {
        await readAgain();
        close();
      },
    }),
  );
  const long = tooLong(text, LEARNING_TEXT_MAX);
  const error = edit.isError ? describeError(edit.error).message.replace(/^\w+: /, '') : undefined;
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (long === undefined) edit.mutate({ id: learning.id, text, kind });
      }}
    >
      <Field label="What it says" error={long ?? error}>
        {(props) => (
          <textarea
            {...props}
            autoFocus
            rows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="w-full rounded border border-line bg-bg px-2.5 py-1.5"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <select
          aria-label="Kind of this learning"
          value={kind}
          onChange={(event) => setKind(oneOf(LEARNING_KINDS, event.target.value) ?? kind)}
          className="h-8 rounded border border-line bg-bg px-2"
        >
          {LEARNING_KINDS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <Button type="submit" tone="primary" disabled={edit.isPending}>
          Save
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
      {(detail.data?.revisions.length ?? 0) > 0 && (
        <ul aria-label="What it said before" className="text-[13px] text-muted">
          {detail.data?.revisions.map((revision) => (
            <li key={revision.at}>
              <Ago at={revision.at} />, changed by {revision.by}: {revision.text}
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
