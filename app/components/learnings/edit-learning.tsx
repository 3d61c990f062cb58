'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Learning, learningKindSchema, LEARNING_TEXT_MAX } from '../../../server/contracts/learnings.ts';
import { Field } from '../settings/field.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button } from '../ui.tsx';

/** The words of a learning, and what it said before. */
export function EditLearning({ learning, close }: { learning: Learning; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [text, setText] = useState(learning.text);
  const [kind, setKind] = useState(learning.kind);
  const detail = useQuery(trpc.learnings.get.queryOptions({ id: learning.id }));
  const edit = useMutation(
    trpc.learnings.edit.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries();
        close();
      },
    }),
  );
  const error = edit.isError ? describeError(edit.error).message.replace(/^\w+: /, '') : undefined;
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        edit.mutate({ id: learning.id, text, kind });
      }}
    >
      <Field label="What it says" error={error}>
        {(props) => (
          <textarea
            {...props}
            autoFocus
            rows={3}
            maxLength={LEARNING_TEXT_MAX}
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
          onChange={(event) => setKind(learningKindSchema.parse(event.target.value))}
          className="h-8 rounded border border-line bg-bg px-2"
        >
          {learningKindSchema.options.map((each) => (
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
