/** Lets a loop sleep until somebody wakes it; a wake while it works is kept for the next sleep. */
export class Wake {
  #pending = false;
  #ring: (() => void) | undefined;

  wake(): void {
    this.#pending = true;
    this.#ring?.();
  }

  /** Ends at the wake, after `ms`, or with the signal; never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#ring = undefined;
        this.#pending = false;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.#ring = done;
      if (this.#pending || signal.aborted) done();
    });
  }
}
