import { type Clock } from '@storey/context';

/** Waits for a call or for the next tick, whichever comes first. Ticks keep their pace however often it is woken. */
export class Waker {
  readonly #clock: Clock;
  readonly #tickMs: number;
  #nextTick: number;
  #woken = false;
  #resume: () => void = () => undefined;

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#nextTick = clock.monotonic() + tickMs;
  }

  /** Ends the wait; a call while nobody waits ends the next one. */
  wake(): void {
    this.#woken = true;
    this.#resume();
  }

  /** Whether a tick has passed since it was last told. */
  ticked(): boolean {
    const now = this.#clock.monotonic();
    if (now < this.#nextTick) return false;
    this.#nextTick = now + this.#tickMs;
    return true;
  }

  /** @returns whether a tick has passed. */
  async wait(): Promise<boolean> {
    if (!this.#woken) await this.#sleep();
    this.#woken = false;
    return this.ticked();
  }

  async #sleep(): Promise<void> {
    const left = Math.max(0, this.#nextTick - this.#clock.monotonic());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    const cancel = this.#clock.after(left, resolve);
    await promise;
    cancel();
  }
}
