'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ShownWorkItem } from '../../../server/contracts/rest.ts';
import { CHANGEABLE_STATES } from '../../../server/domain/work/states.ts';
import { keepDraft, readDraft } from '../drafts.ts';
import { useMe } from '../shell/use-me.ts';
import { describeError, useTRPC } from '../trpc.ts';
import { useInBrowser } from '../use-in-browser.ts';
import { Ago, Button, Heading } from '../ui.tsx';
import { afterSending } from './after-sending.ts';
import { MESSAGE_MAX } from '../../../server/contracts/vocabulary.ts';
import { useReadAgain } from '../use-read-again.ts';

/** Words from people to whoever works on the item, with whether a prompt has held them; and a box for the next one. */
export function Messages({ item }: { item: ShownWorkItem }) {
  const inBrowser = useInBrowser();
  const { name, maySteer } = useMe();
  const open = CHANGEABLE_STATES.some((state) => state === item.state);
  const box = inBrowser && maySteer ? <MessageBox key={`${item.id} ${name}`} item={item} open={open} draft={`message.${name}.${item.id}`} /> : null;
  return (
    <>
      {item.messages.length > 0 && (
        <>
          <Heading>Messages</Heading>
          <ul className="flex flex-col gap-2">
            {item.messages.map((message) => (
              <li key={message.id} className="border-l-2 border-line pl-3">
                <p dir="auto" className="whitespace-pre-wrap break-words">
                  {message.text}
                </p>
                <p className="text-xs text-muted">
                  {message.from}, <Ago at={message.at} /> · {message.readAt ? `read in iteration ${message.iteration}` : 'not read yet'}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      {box}
    </>
  );
}

interface MessageBoxProps {
  item: ShownWorkItem;
  /** Somebody may still read it. */
  open: boolean;
  /** Name of what is kept of it over a reload. */
  draft: string;
}

/** Stays as long as something in it is not sent, though nobody would read it any more. */
function MessageBox({ item, open, draft }: MessageBoxProps) {
  const trpc = useTRPC();
  const readAgain = useReadAgain();
  const [text, setText] = useState(() => readDraft(draft));
  const write = (change: (text: string) => string) =>
    setText((before) => {
      const after = change(before);
      keepDraft(draft, after);
      return after;
    });
  const send = useMutation(
    trpc.work.message.mutationOptions({
      onSuccess: async (_, { message }) => {
        write((now) => afterSending(now, (message as { text: string }).text));
        await readAgain();
      },
    }),
  );
  if (!open && text === '') return null;
  const tooMany = text.trim().length - MESSAGE_MAX;
  const tooLong = `It is ${tooMany.toLocaleString('en')} ${tooMany === 1 ? 'character' : 'characters'} too long: ${MESSAGE_MAX.toLocaleString('en')} are taken.`;
  const error = send.isError ? describeError(send.error).message : null;
  const wrong = tooMany > 0 ? tooLong : error;
  const about = open ? wrong : `Nobody would read it: it is ${item.state.replace('_', ' ')}. What you wrote is kept here until you empty the box.`;
  return (
    <>
      {item.messages.length === 0 && <Heading>Messages</Heading>}
      <form
        noValidate
        className="mt-2 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (open && !send.isPending && text.trim() !== '' && tooMany <= 0) send.mutate({ id: item.id, message: { text } });
        }}
      >
        <textarea
          dir="auto"
          aria-label="Message to the worker"
          aria-invalid={wrong !== null}
          aria-describedby={about ? 'message-about' : undefined}
          placeholder="Stands in the prompt of the next iteration"
          value={text}
          onChange={(event) => write(() => event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit();
          }}
          rows={2}
          className="w-full rounded border border-line bg-bg px-2 py-1.5"
        />
        {about && (
          <p id="message-about" role="alert" className={open ? 'text-bad' : 'text-muted'}>
            {about}
          </p>
        )}
        <div>
          <Button type="submit" disabled={!open || send.isPending || text.trim() === '' || tooMany > 0}>
            Send
          </Button>
        </div>
      </form>
    </>
  );
}
