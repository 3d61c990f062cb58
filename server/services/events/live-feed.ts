import type { StoredEvent } from '../../contracts/run-events.ts';
import { listen } from '../../db/notify.ts';
import type { Ctx } from '../context.ts';
import { readEvents } from './read-events.ts';

/** Besides NOTIFY, which is only a hint. */
const POLL_MS = 2_000;
/** Newest events of a watched item that are kept for all its viewers. */
const RING_MAX = 2_000;
const PAGE = 1_000;

interface Channel {
  id: string;
  viewers: number;
  /** The end of the log is known: before that nobody may judge by `tail` whether there is more to read. */
  opened: Promise<void>;
  /** Everything after `base` up to `tail` is in the ring. */
  base: number;
  tail: number;
  ring: StoredEvent[];
  waiters: Set<() => void>;
  pulling: boolean;
  again: boolean;
}

/**
 * The logs that people of this process watch: one LISTEN connection, and one bounded ring a watched work item that all its viewers
 * read. Give it a context whose actor may read every work item; who may watch is decided before watch() is called.
 */
export class LiveFeed {
  readonly #ctx: Ctx;
  readonly #url: string;
  readonly #channels = new Map<string, Channel>();
  readonly #onAccess = new Set<() => void>();
  #stop: AbortController | undefined;

  constructor(ctx: Ctx, url: string) {
    this.#ctx = ctx;
    this.#url = url;
  }

  /**
   * The log after a seq: the whole backlog in pages, then what comes, until the signal. No gap and no double: each viewer has its
   * own cursor, which only moves forward.
   */
  async *watch({ id, after, signal }: { id: string; after: number; signal: AbortSignal }): AsyncGenerator<StoredEvent[]> {
    const channel = await this.#open(id);
    let cursor = after;
    try {
      while (!signal.aborted) {
        const batch = this.#fromRing(channel, cursor) ?? (await readEvents(this.#ctx, { workItemId: id, after: cursor, limit: PAGE })).events;
        const last = batch.at(-1);
        if (last) {
          cursor = last.seq;
          yield batch;
        } else {
          await this.#wait(channel, cursor, signal);
        }
      }
    } finally {
      this.#close(channel);
    }
  }

  /** Calls back whenever who may look may have changed, for as long as somebody watches. @returns ends it */
  onAccess(check: () => void): () => void {
    this.#onAccess.add(check);
    return () => void this.#onAccess.delete(check);
  }

  async #open(id: string): Promise<Channel> {
    const channel = this.#channels.get(id) ?? this.#create(id);
    channel.viewers += 1;
    try {
      await channel.opened;
    } catch (error) {
      this.#close(channel);
      throw error;
    }
    this.#start();
    return channel;
  }

  #create(id: string): Channel {
    const channel: Channel = { id, viewers: 0, opened: Promise.resolve(), base: 0, tail: 0, ring: [], waiters: new Set(), pulling: false, again: false };
    channel.opened = this.#ctx.db.workItem.findUnique({ where: { id }, select: { eventSeq: true } }).then((item) => {
      channel.base = channel.tail = item?.eventSeq ?? 0;
    });
    this.#channels.set(id, channel);
    return channel;
  }

  #close(channel: Channel): void {
    channel.viewers -= 1;
    if (channel.viewers > 0) return;
    this.#channels.delete(channel.id);
    if (this.#channels.size > 0) return;
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** Events after the cursor; null where the ring no longer has them. */
  #fromRing(channel: Channel, cursor: number): StoredEvent[] | null {
    if (cursor >= channel.tail) return [];
    if (cursor < channel.base) return null;
    return channel.ring.slice(cursor - channel.base);
  }

  #wait(channel: Channel, cursor: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || channel.tail > cursor) return resolve();
      const done = () => {
        channel.waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      channel.waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #start(): void {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    const pullAll = () => this.#channels.forEach((channel) => void this.#pull(channel));
    const checkAll = () => this.#onAccess.forEach((check) => check());
    const poll = setInterval(pullAll, POLL_MS);
    stop.signal.addEventListener('abort', () => clearInterval(poll), { once: true });
    void listen({
      url: this.#url,
      signal: stop.signal,
      onConnected: () => {
        pullAll();
        checkAll();
      },
      onMessage: (message) => {
        if (message.kind === 'access') checkAll();
        if (message.kind !== 'moved') return;
        for (const id of message.items) {
          const channel = this.#channels.get(id);
          if (channel) void this.#pull(channel);
        }
      },
    });
  }

  /** Reads what is new once for all viewers. A failure is not told: the next hint or poll tries again. */
  async #pull(channel: Channel): Promise<void> {
    if (channel.pulling) {
      channel.again = true;
      return;
    }
    channel.pulling = true;
    try {
      await channel.opened;
      do {
        channel.again = false;
        const { events } = await readEvents(this.#ctx, { workItemId: channel.id, after: channel.tail, limit: PAGE });
        if (events.length === 0) continue;
        channel.ring.push(...events);
        channel.tail = events.at(-1)?.seq ?? channel.tail;
        const excess = channel.ring.length - RING_MAX;
        if (excess > 0) {
          channel.ring.splice(0, excess);
          channel.base += excess;
        }
        for (const wake of [...channel.waiters]) wake();
        channel.again ||= events.length === PAGE;
      } while (channel.again);
    } catch {
      // The database is away for a moment: the poll goes on.
    } finally {
      channel.pulling = false;
    }
  }
}
