import pg from 'pg';
import { type Notification, NOTIFY_CHANNEL, notifySchema } from '../contracts/notify.ts';
import type { Db, Tx } from './client.ts';

const RECONNECT_MS = 1_000;
/** At most one NOTIFY per this long: a NOTIFY in every commit serialises the commits (3,288/s down to 183/s, measured). */
const BATCH_MS = 20;
const BATCH_MAX = 200;

/** Sends one message with the transaction (or at once, outside one). Only a hint: readers poll besides. */
export async function notify(db: Db | Tx, message: Notification): Promise<void> {
  await db.$executeRaw`SELECT pg_notify(${NOTIFY_CHANNEL}, ${JSON.stringify(message)})`;
}

/**
 * Listens on a connection of its own until the signal; connects again by itself. Never throws.
 * @param onConnected is called after each (re)connect, when messages may have been missed
 */
export async function listen(options: {
  url: string;
  signal: AbortSignal;
  onMessage: (message: Notification) => void;
  onConnected?: () => void;
}): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    await listenOnce(options).catch(() => undefined); // lost: the loop connects again, onConnected tells the reader
    if (!signal.aborted) await pause(RECONNECT_MS, signal);
  }
}

async function listenOnce({ url, signal, onMessage, onConnected }: Parameters<typeof listen>[0]): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
  const lost = new Promise<void>((resolve) => {
    client.once('end', () => resolve());
    client.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await client.connect();
    client.on('notification', ({ payload }) => {
      const message = parse(payload);
      if (message) onMessage(message);
    });
    await client.query(`LISTEN ${NOTIFY_CHANNEL}`);
    onConnected?.();
    await lost;
  } finally {
    await client.end().catch(() => undefined); // already gone
  }
}

function parse(payload: string | undefined): Notification | null {
  try {
    return notifySchema.parse(JSON.parse(payload ?? ''));
  } catch {
    return null; // another version's message: the poll sees the change
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/** Gathers the ids of work items whose log moved and sends them in one NOTIFY of its own, outside the writers' transactions. */
export class NotifyBatcher {
  readonly #db: Db;
  readonly #onError: (error: unknown) => void;
  readonly #items = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** The log of this work item has new lines, committed already. The first of a quiet time is sent at once. */
  moved(workItemId: string): void {
    this.#items.add(workItemId);
    if (this.#timer) return;
    this.#send();
    this.#timer = setTimeout(() => this.#tick(), BATCH_MS);
  }

  /** Sends what is left and stops. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send();
    await this.#sending;
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#items.size === 0) return;
    this.#send();
    this.#timer = setTimeout(() => this.#tick(), BATCH_MS);
  }

  #send(): void {
    while (this.#items.size > 0) {
      const items = [...this.#items].slice(0, BATCH_MAX);
      for (const item of items) this.#items.delete(item);
      this.#sending = this.#sending.then(() => notify(this.#db, { kind: 'moved', items })).catch(this.#onError);
    }
  }
}
