import { type Clock } from '@storey/context';
import { lockLost, type Fence } from './fence.js';

export interface LockPort {
  readonly clock: Clock;
  readonly lifeMs: number;
  /** Monotonic time of the acquisition, taken before it was asked for. */
  readonly began: number;
  /** @returns whether it was still held. */
  readonly renew: () => Promise<boolean>;
  readonly free: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * A lock that this process holds and renews at a third of its life. Its end is measured by the monotonic clock from
 * before the database was asked, so it is over here before it is over there; a pause of the process is noticed by it.
 */
export class Lock implements Fence {
  readonly name: string;
  readonly owner: string;
  readonly fence: bigint;
  readonly #port: LockPort;
  readonly #loss = new AbortController();
  #validUntil: number;
  #over = false;
  #cancelRenewal = (): void => undefined;
  #cancelEnd = (): void => undefined;

  constructor({ name, owner, fence }: Fence, port: LockPort) {
    this.name = name;
    this.owner = owner;
    this.fence = fence;
    this.#port = port;
    this.#validUntil = port.began + port.lifeMs;
    this.#plan();
  }

  /** Aborts with `LOCK_LOST` when another may have it. */
  get signal(): AbortSignal {
    return this.#loss.signal;
  }

  /** Renews it no more: it ends by itself, at the latest after its life. */
  abandon(): void {
    this.#over = true;
    this.#cancelRenewal();
    this.#cancelEnd();
  }

  /** Gives it back. May be called again, and after its loss. */
  async release(): Promise<void> {
    if (this.#over) return;
    this.abandon();
    await this.#port.free();
  }

  #plan(): void {
    const { clock, lifeMs } = this.#port;
    const left = this.#validUntil - clock.monotonic();
    this.#cancelEnd();
    this.#cancelEnd = clock.after(Math.max(0, left), () => this.#lose());
    this.#cancelRenewal = clock.after(Math.max(0, Math.min(left, lifeMs / 3)), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, lifeMs, renew, onError } = this.#port;
    const began = clock.monotonic();
    try {
      const held = await renew();
      if (this.#over) return;
      if (!held) return this.#lose();
      this.#validUntil = began + lifeMs;
    } catch (error) {
      onError(error);
    }
    if (!this.#over) this.#plan();
  }

  #lose(): void {
    if (this.#over) return;
    this.abandon();
    this.#loss.abort(lockLost(this.name));
  }
}
