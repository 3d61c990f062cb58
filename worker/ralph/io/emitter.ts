import { EVENT_VERSION, type WorkerEvent } from '../../../server/contracts/run-events.ts';
import { backoffMs, sleep } from './sleep.ts';
import type { Spool } from './spool.ts';

type WithoutHead<T> = T extends unknown ? Omit<T, 'v' | 'workerSeq' | 'ts' | 'iteration'> : never;
/** An event before the emitter gives it its number and time. */
export type EventBody = WithoutHead<WorkerEvent>;

/** Posts are at least this far apart; the first goes out at once. */
const POST_INTERVAL_MS = 20;
/** A gateway that takes long for a post has much to do: the next one begins so many times as long after it, and takes along what came meanwhile. */
const POST_SPACING = 1.5;
/** What takes longer than this is followed at once: there is never more than one post under way. */
const POST_INTERVAL_MAX_MS = 40;

/** What became of a posted batch: stored up to a workerSeq, refused as bad input, or not delivered (yet, or never: the run has ended). */
export type PostResult = { kind: 'stored'; lastWorkerSeq: number } | { kind: 'bad' } | { kind: 'later' } | { kind: 'ended' };

/** Numbers events, prints each as a line on stdout, and posts them in batches until they are acknowledged. */
export class Emitter {
  private seq: number;
  private acknowledged: number;
  private posting: Promise<void> | null = null;
  private ended = false;
  private batchMax: number | undefined;
  iteration: number | undefined;

  constructor(
    private readonly opts: {
      print: (line: string) => void;
      /** Absent where there is no gateway. */
      upstream?: { spool: Spool; post: (events: WorkerEvent[]) => Promise<PostResult>; lastWorkerSeq: number };
      signal: AbortSignal;
      now?: () => Date;
    },
  ) {
    const { upstream } = opts;
    this.acknowledged = upstream?.lastWorkerSeq ?? 0;
    this.seq = Math.max(this.acknowledged, upstream?.spool.lastSeq() ?? 0);
    if (upstream?.spool.pending === true) this.kick();
  }

  emit(body: EventBody): void {
    this.seq += 1;
    const ts = (this.opts.now?.() ?? new Date()).toISOString();
    const head = { v: EVENT_VERSION, workerSeq: this.seq, ts, ...(this.iteration === undefined ? {} : { iteration: this.iteration }) };
    const event = { ...head, ...body } as WorkerEvent;
    this.opts.print(JSON.stringify(event));
    if (this.ended) return;
    this.opts.upstream?.spool.append(event);
    this.kick();
  }

  /** What an outage made us give up is said once the gateway answers again. */
  private sayDropped(spool: Spool): void {
    const dropped = spool.takeDropped();
    if (dropped > 0)
      this.emit({ type: 'log', level: 'warn', text: `${dropped} events could not be kept while the gateway was silent; they are in the worker's own output` });
  }

  /** Waits until all is acknowledged, at most `maxMs`; answers whether it is. */
  async flush(maxMs: number): Promise<boolean> {
    const deadline = Date.now() + maxMs;
    while (this.opts.upstream?.spool.pending === true && !this.ended && Date.now() < deadline) {
      this.kick();
      await Promise.race([this.posting, sleep(Math.max(1, deadline - Date.now()))]);
    }
    return this.opts.upstream?.spool.pending !== true;
  }

  private kick(): void {
    if (this.posting !== null || this.opts.upstream === undefined) return;
    this.posting = this.pump().finally(() => {
      this.posting = null;
    });
  }

  private async pump(): Promise<void> {
    const upstream = this.opts.upstream;
    if (upstream === undefined) return;
    let failures = 0;
    // Lets the events of one tick leave together.
    await Promise.resolve();
    while (upstream.spool.pending && !this.ended) {
      const batch = upstream.spool.next(this.batchMax);
      const fresh = batch.events.filter((event) => event.workerSeq > this.acknowledged);
      const startedAt = performance.now();
      const result: PostResult = fresh.length === 0 ? { kind: 'stored', lastWorkerSeq: this.acknowledged } : await upstream.post(fresh);
      switch (result.kind) {
        case 'stored':
          this.acknowledged = Math.max(this.acknowledged, result.lastWorkerSeq);
          upstream.spool.acknowledge(batch.endOffset);
          failures = 0;
          this.batchMax = undefined;
          this.sayDropped(upstream.spool);
          await sleep(restAfter(performance.now() - startedAt));
          break;
        case 'bad':
          // Find the one that the gateway does not take; it alone is given up.
          if (fresh.length <= 1) {
            upstream.spool.acknowledge(batch.endOffset);
            this.batchMax = undefined;
          } else this.batchMax = Math.max(1, Math.floor(batch.events.length / 2));
          break;
        case 'later':
          if (this.opts.signal.aborted && failures > 2) return;
          await sleep(backoffMs(failures, 200, 5_000));
          failures += 1;
          break;
        case 'ended':
          this.ended = true;
          break;
      }
    }
  }
}

/** How long to wait after a post that took so long: from start to start, the time of a post counts. */
function restAfter(tookMs: number): number {
  return Math.max(0, Math.min(POST_INTERVAL_MAX_MS, Math.max(POST_INTERVAL_MS, POST_SPACING * tookMs)) - tookMs);
}
