'use client';

import { toast } from 'sonner';
import type { Priority, WorkItemState } from '../../../server/contracts/rest.ts';
import { describeError, useTRPCClient } from '../trpc.ts';
import { showAtOnce, type Wanted } from './at-once.ts';
import { useReadAgain } from '../use-read-again.ts';

const UNDO_MS = 10_000;
/** So many refusals are told by name. */
const NAMED = 3;

interface Item {
  id: string;
  title: string;
  state: WorkItemState;
  priority: Priority;
}
interface Answers<R> {
  done: { item: Item; answer: R }[];
  refused: { item: Item; why: string }[];
}

/** Cancel and priority, for one or for many: shown at once, one Undo for all of them, and taken back with a word where it is refused. */
export function useWorkActs() {
  const client = useTRPCClient();
  const readAgain = useReadAgain();

  /** Each is asked by itself. What is wanted is shown until it is refused, or until the screens know it themselves. */
  const askAll = async <R>(items: readonly Item[], wanted: (item: Item) => Wanted, ask: (item: Item) => Promise<R>): Promise<Answers<R>> => {
    const hide = items.map((item) => showAtOnce(item.id, wanted(item)));
    const answers = await Promise.allSettled(items.map(ask));
    const refused = items.flatMap((item, n) => {
      const answer = answers[n];
      return answer?.status === 'rejected' ? [{ item, why: describeError(answer.reason).message }] : [];
    });
    items.forEach((_, n) => answers[n]?.status === 'rejected' && hide[n]?.());
    void readAgain().finally(() => hide.forEach((each) => each()));
    const done = items.flatMap((item, n) => {
      const answer = answers[n];
      return answer?.status === 'fulfilled' ? [{ item, answer: answer.value }] : [];
    });
    return { done, refused };
  };

  /** Says at once what is done, with Undo; and what was refused when it is known. @returns ids of the refused */
  const tell = async <R>(count: number, verb: string, said: (count: number) => string, asked: Promise<Answers<R>>, undo: (answers: Answers<R>) => unknown) => {
    const options = { duration: UNDO_MS, action: { label: 'Undo', onClick: () => void asked.then(undo) } };
    const id = toast.success(said(count), options);
    const { done, refused } = await asked;
    if (refused.length > 0) {
      const words = refusal(refused, count, verb);
      // In one toast: of two the newer would cover the Undo of the older.
      if (done.length > 0) toast.success(said(done.length), { ...options, id, description: words });
      else {
        toast.dismiss(id);
        toast.error(words, { duration: UNDO_MS });
      }
    }
    return refused.map(({ item }) => item.id);
  };

  const cancel = (items: readonly Item[]) => {
    const asked = askAll(
      items,
      () => ({ state: 'cancelled' }),
      ({ id }) => client.work.cancel.mutate({ id }),
    );
    return tell(
      items.length,
      'cancelled',
      (count) => (count === 1 ? 'Cancelled.' : `${count} cancelled.`),
      asked,
      async ({ done }) => {
        const cancelledAt = new Map(done.map(({ item, answer }) => [item.id, answer.endedAt ?? '']));
        const { done: undone, refused } = await askAll(
          done.map(({ item }) => item),
          ({ state }) => ({ state: state === 'running' ? 'queued' : state }),
          ({ id }) => client.work.undoCancel.mutate({ id, cancelledAt: cancelledAt.get(id) ?? '' }),
        );
        const ran = undone.filter(({ item, answer }) => answer.runs.at(-1)?.endedAt === cancelledAt.get(item.id)).length;
        const [first] = undone;
        if (first) toast.success(undone.length === 1 ? undoneOne(first.answer.state, ran > 0) : undoneMany(undone.length, ran));
        if (refused.length > 0) toast.error(refusal(refused, done.length, 'brought back'), { duration: UNDO_MS });
      },
    );
  };

  const prioritise = (items: readonly Item[], priority: Priority) => {
    const change = (to: (item: Item) => Priority) => (item: Item) => client.work.change.mutate({ id: item.id, change: { priority: to(item) } });
    const asked = askAll(
      items,
      () => ({ priority }),
      change(() => priority),
    );
    return tell(
      items.length,
      'changed',
      (count) => (count === 1 ? `Priority: ${priority}` : `Priority of ${count}: ${priority}`),
      asked,
      async ({ done }) => {
        const before = ({ priority: old }: Item) => old;
        const { refused } = await askAll(
          done.map(({ item }) => item),
          (item) => ({ priority: before(item) }),
          change(before),
        );
        if (refused.length > 0) toast.error(refusal(refused, done.length, 'changed back'), { duration: UNDO_MS });
      },
    );
  };

  return { cancel, prioritise };
}

/** How many of how many, and why each. */
export function refusal(refused: Answers<unknown>['refused'], of: number, verb: string): string {
  const named = refused.slice(0, NAMED).map(({ item, why }) => `“${item.title}”: ${why}`);
  const rest = refused.length - named.length;
  const whys = [...named, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' ');
  return of === 1 ? `Not ${verb}. ${whys}` : `${refused.length} of ${of} not ${verb}. ${whys}`;
}

function undoneOne(state: WorkItemState, ran: boolean): string {
  if (!ran) return `Undone: it is ${state} again.`;
  return state === 'paused'
    ? 'Undone: its worker was stopped, so it is paused.'
    : 'Undone: its worker was stopped, so it is queued and goes on with the same branch.';
}

function undoneMany(count: number, ran: number): string {
  const what = `Undone: ${count} are back.`;
  return ran === 0 ? what : `${what} ${ran === 1 ? 'One ran and waits' : `${ran} ran and wait`} for a worker again, on the same branch.`;
}
