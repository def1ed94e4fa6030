import { type Clock } from '@storey/context';

export interface WakerOptions {
  readonly tickMs: number;
  /** Between two waits that a call has ended. */
  readonly apartMs: number;
}

/**
 * Waits for a call or for the next tick, whichever comes first. Ticks keep their pace however often it is woken; calls that
 * come quickly are answered together, and after a rest at once.
 */
export class Waker {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #apartMs: number;
  #nextTick: number;
  #woken = false;
  #ended = false;
  /** When a call may end a wait again. */
  #nextCall = 0;
  #resume: () => unknown = () => undefined;

  constructor(clock: Clock, { tickMs, apartMs }: WakerOptions) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#apartMs = apartMs;
    this.#nextTick = clock.monotonic() + tickMs;
  }

  /** Ends the wait; a call while nobody waits ends the next one. */
  wake(): void {
    this.#woken = true;
    this.#resume();
  }

  /** From now on nothing waits. */
  end(): void {
    this.#ended = true;
    this.wake();
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
    if (!this.#woken) await this.#sleepUntil(this.#nextTick, () => this.#woken);
    if (this.#woken) {
      await this.#sleepUntil(this.#nextCall, () => this.#ended);
      this.#nextCall = this.#clock.monotonic() + this.#apartMs;
    }
    this.#woken = false;
    return this.ticked();
  }

  async #sleepUntil(time: number, isOver: () => boolean): Promise<void> {
    const left = time - this.#clock.monotonic();
    if (left <= 0 || isOver()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = () => isOver() && resolve();
    const cancel = this.#clock.after(left, resolve);
    await promise;
    cancel();
  }
}
