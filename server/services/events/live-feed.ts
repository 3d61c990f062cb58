import type { StoredEvent } from '../../contracts/run-events.ts';
import { listen } from '../../db/notify.ts';
import type { Ctx } from '../context.ts';
import { CHUNKS_AT_ONCE, readEvents, readNews } from './read-events.ts';

/** Besides NOTIFY, which is only a hint. */
const POLL_MS = 2_000;
/** Newest events of a watched item that are kept for all its viewers. */
const RING_MAX = 2_000;
const PAGE = 1_000;
/**
 * Logs are read, and viewers woken, this much apart for each viewer there is: one sees a line at once, 200 of them see it within
 * the bound, and the process has room for more than writing streams.
 */
const PACE_MS_A_VIEWER = 0.07;
const PACE_MAX_MS = 60;

/** A viewer who has all there is; `wake` ends his wait, and does nothing more afterwards. */
interface Waiter {
  wake: () => void;
}

interface Channel {
  id: string;
  viewers: number;
  /** The end of the log is known: before that nobody may judge by `tail` whether there is more to read. */
  opened: Promise<void>;
  /** Everything after `base` up to `tail` is in the ring. */
  base: number;
  tail: number;
  ring: StoredEvent[];
  /** Ends of the ring by the cursor they follow: who stands at the same place is given the same array, until it moves. */
  ends: Map<number, StoredEvent[]>;
  /** Pages that are being read by the seq they follow: a crowd that comes back to the same place reads them once. */
  pages: Map<number, Promise<StoredEvent[]>>;
  waiters: Set<Waiter>;
}

/**
 * The logs that people of this process watch: one LISTEN connection, and one bounded ring a watched work item that all its viewers
 * read. Give it a context whose actor may read every work item, and a database client of its own: a crowd of requests that waits for
 * connections does not hold up what all are shown. Who may watch is decided before watch() is called.
 */
export class LiveFeed {
  readonly #ctx: Ctx;
  readonly #url: string;
  readonly #channels = new Map<string, Channel>();
  readonly #onAccess = new Set<() => void>();
  /** Channels that may have news. */
  readonly #moved = new Set<Channel>();
  #viewers = 0;
  #pulling = false;
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
    // One for as long as he watches: to listen anew for each message is much of what a viewer costs.
    const waiter: Waiter = { wake: () => undefined };
    const onAbort = () => waiter.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const batch = this.#fromRing(channel, cursor) ?? (await this.#page(channel, cursor));
        const last = batch.at(-1);
        if (last) {
          cursor = last.seq;
          yield batch;
        } else {
          await this.#wait(channel, { cursor, waiter, signal });
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
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
    this.#viewers += 1;
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
    const channel: Channel = { id, viewers: 0, opened: Promise.resolve(), base: 0, tail: 0, ring: [], ends: new Map(), pages: new Map(), waiters: new Set() };
    channel.opened = this.#ctx.db.workItem.findUnique({ where: { id }, select: { eventSeq: true } }).then((item) => {
      channel.base = channel.tail = item?.eventSeq ?? 0;
    });
    this.#channels.set(id, channel);
    return channel;
  }

  #close(channel: Channel): void {
    channel.viewers -= 1;
    this.#viewers -= 1;
    if (channel.viewers > 0) return;
    this.#channels.delete(channel.id);
    this.#moved.delete(channel);
    if (this.#channels.size > 0) return;
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** A page of events after the cursor; null where the ring no longer has them. */
  #fromRing(channel: Channel, cursor: number): StoredEvent[] | null {
    if (cursor >= channel.tail) return [];
    if (cursor < channel.base) return null;
    const known = channel.ends.get(cursor);
    if (known) return known;
    const end = channel.ring.slice(cursor - channel.base, cursor - channel.base + PAGE);
    channel.ends.set(cursor, end);
    return end;
  }

  /** Events after a cursor that the ring no longer has. */
  #page(channel: Channel, after: number): Promise<StoredEvent[]> {
    const known = channel.pages.get(after);
    if (known) return known;
    const page = readEvents(this.#ctx, { workItemId: channel.id, after, limit: PAGE })
      .then(({ events }) => events)
      .finally(() => channel.pages.delete(after));
    channel.pages.set(after, page);
    return page;
  }

  #wait(channel: Channel, { cursor, waiter, signal }: { cursor: number; waiter: Waiter; signal: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || channel.tail > cursor) return resolve();
      waiter.wake = () => {
        channel.waiters.delete(waiter);
        resolve();
      };
      channel.waiters.add(waiter);
    });
  }

  #start(): void {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    const pullAll = () => {
      this.#channels.forEach((channel) => this.#moved.add(channel));
      void this.#pull();
    };
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
          if (channel) this.#moved.add(channel);
        }
        void this.#pull();
      },
    });
  }

  /** Reads what is new, once for all channels and viewers, until nothing moves. A failure is not told: the next hint or poll tries again. */
  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#moved.size > 0) {
        const startedAt = performance.now();
        const moved = [...this.#moved];
        this.#moved.clear();
        await Promise.all(moved.map((channel) => channel.opened));
        const news = await readNews(
          this.#ctx,
          moved.map((channel) => ({ workItemId: channel.id, after: channel.tail })),
        );
        for (const channel of moved) {
          const events = news.get(channel.id);
          if (!events) continue;
          this.#append(channel, events);
          if (events.length >= CHUNKS_AT_ONCE) this.#moved.add(channel); // there may be more than one reading gives
        }
        const pace = Math.min(PACE_MAX_MS, this.#viewers * PACE_MS_A_VIEWER);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, pace - (performance.now() - startedAt))));
      }
    } catch {
      // The database is away for a moment: the poll goes on.
    } finally {
      this.#pulling = false;
    }
  }

  #append(channel: Channel, events: StoredEvent[]): void {
    channel.ends.clear();
    channel.ring.push(...events);
    channel.tail = events.at(-1)?.seq ?? channel.tail;
    const excess = channel.ring.length - RING_MAX;
    if (excess > 0) {
      channel.ring.splice(0, excess);
      channel.base += excess;
    }
    for (const { wake } of [...channel.waiters]) wake();
  }
}
