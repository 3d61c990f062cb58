'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { WorkItemView } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/states.ts';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Button, Heading } from '../ui.tsx';

/** Words from people to whoever works on the item, with whether a prompt has held them; and a box for the next one. */
export function Messages({ item }: { item: WorkItemView }) {
  const { maySteer } = useMe();
  const open = maySteer && CHANGEABLE_STATES.some((state) => state === item.state);
  if (!open && item.messages.length === 0) return null;
  return (
    <>
      <Heading>Messages</Heading>
      <ul className="flex flex-col gap-2">
        {item.messages.map((message) => (
          <li key={message.id} className="border-l-2 border-line pl-3">
            <p className="whitespace-pre-wrap break-words">{message.text}</p>
            <p className="text-xs text-muted">
              {message.from}, <Ago at={message.at} /> · {message.readAt ? `read in iteration ${message.iteration}` : 'not read yet'}
            </p>
          </li>
        ))}
      </ul>
      {open && <MessageBox id={item.id} />}
    </>
  );
}

function MessageBox({ id }: { id: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [text, setText] = useState('');
  const send = useMutation(
    trpc.work.message.mutationOptions({
      onSuccess: async () => {
        setText('');
        await queryClient.invalidateQueries();
      },
    }),
  );
  const error = send.isError ? describeError(send.error).message : null;
  return (
    <form
      className="mt-2 flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') send.mutate({ id, message: { text } });
      }}
    >
      <textarea
        aria-label="Message to the worker"
        aria-describedby={error ? 'message-error' : undefined}
        placeholder="Stands in the prompt of the next iteration"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit();
        }}
        rows={2}
        maxLength={4000}
        className="w-full rounded border border-line bg-bg px-2 py-1.5"
      />
      {error && (
        <p id="message-error" role="alert" className="text-bad">
          {error}
        </p>
      )}
      <div>
        <Button type="submit" disabled={send.isPending || text.trim() === ''}>
          Send
        </Button>
      </div>
    </form>
  );
}
