import { type Clock } from '@storey/context';

/** Waits for a time or a call, whichever comes first. */
export class Alarm {
  readonly #clock: Clock;
  #woken = false;
  #resume: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait; a call while nobody waits ends the next one. */
  wake(): void {
    this.#woken = true;
    this.#resume();
  }

  async wait(ms: number): Promise<void> {
    if (!this.#woken) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resume = resolve;
      const cancel = this.#clock.after(ms, resolve);
      await promise;
      cancel();
    }
    this.#woken = false;
  }
}
