import { type Clock } from '@storey/context';

/** Holds turns apart, so that what comes meanwhile is one turn. After a rest the first waits for nothing. */
export class Apart {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #wake: () => void;
  /** When the next turn may begin; monotonic ms. */
  #next = 0;
  #cancel: (() => void) | undefined;

  /** @param wake called when a turn that was too early may begin. */
  constructor(clock: Clock, ms: number, wake: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#wake = wake;
  }

  /** Whether it is too early for the next turn. */
  get early(): boolean {
    if (this.#next === 0) return false;
    const left = this.#next - this.#clock.monotonic();
    if (left <= 0) return false;
    this.#cancel ??= this.#clock.after(left, () => {
      this.#cancel = undefined;
      this.#wake();
    });
    return true;
  }

  /** A turn begins. Behind one that left `more` waiting the next need not wait for company. */
  began(more: boolean): void {
    this.#next = more || this.#ms === 0 ? 0 : this.#clock.monotonic() + this.#ms;
  }

  /** What has gathered may go. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#next = 0;
  }
}
