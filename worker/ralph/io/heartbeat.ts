import { HEARTBEAT_INTERVAL_MS, type HeartbeatResponse } from '../../../server/contracts/worker-protocol.ts';
import { RunEnded } from './gateway.ts';
import { sleep } from './sleep.ts';

/** While the verifier works, its answer is asked for this often. */
const CLAIM_POLL_MS = 1_000;
/** After an unanswered beat, the next comes this soon. */
const RETRY_MS = 2_000;

export type Claim = HeartbeatResponse['claim'];
export type Order = 'cancel' | 'yield' | 'ended';

/** Beats apart from the iterations' length, hands on orders, and knows whether the factory answers. */
export class Heartbeat {
  private lastAnswerMs = 0;
  private wake = new AbortController();
  private waiters: Array<() => void> = [];
  private claim: Claim = { status: 'none' };
  /** Beats without an answer since `resetMisses`. */
  misses = 0;
  iteration = 0;
  ackVerifyRound = 0;
  readonly done: Promise<void>;

  constructor(
    private readonly opts: {
      beat: (body: { iteration: number; ackVerifyRound: number }, signal: AbortSignal) => Promise<HeartbeatResponse>;
      onOrder: (order: Order, message: string) => void;
      signal: AbortSignal;
      intervalMs?: number;
      claimPollMs?: number;
    },
  ) {
    this.done = this.run();
  }

  private get intervalMs(): number {
    return this.opts.intervalMs ?? HEARTBEAT_INTERVAL_MS;
  }

  private async run(): Promise<void> {
    const { signal } = this.opts;
    while (!signal.aborted) {
      let pauseMs = this.intervalMs;
      try {
        const answer = await this.opts.beat({ iteration: this.iteration, ackVerifyRound: this.ackVerifyRound }, signal);
        this.lastAnswerMs = Date.now();
        this.claim = answer.claim;
        for (const waiter of this.waiters.splice(0)) waiter();
        if (answer.order !== 'go_on') this.opts.onOrder(answer.order, `the factory ordered: ${answer.order}`);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RunEnded) {
          this.opts.onOrder('ended', error.message);
          return;
        }
        this.misses += 1;
        pauseMs = Math.min(pauseMs, RETRY_MS);
      }
      this.wake = new AbortController();
      await sleep(pauseMs, AbortSignal.any([signal, this.wake.signal]));
    }
  }

  /** The next answer, from now on; returns also when the signal fires. */
  private nextAnswer(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
  }

  /** Returns when the factory has answered a beat not long ago, or the signal fires. */
  async fresh(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && Date.now() - this.lastAnswerMs > this.intervalMs * 1.5) {
      this.wake.abort();
      await this.nextAnswer(signal);
    }
  }

  /** Waits for the verifier's word on this round; null when the signal fires first. */
  async verdict(round: number, signal: AbortSignal): Promise<Extract<Claim, { status: 'red' | 'accepted' }> | null> {
    while (!signal.aborted) {
      this.wake.abort();
      await this.nextAnswer(signal);
      const { claim } = this;
      if ((claim.status === 'red' || claim.status === 'accepted') && claim.round >= round) return claim;
      await sleep(this.opts.claimPollMs ?? CLAIM_POLL_MS, signal);
    }
    return null;
  }
}
