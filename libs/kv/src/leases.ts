import { type Clock, type Random } from '@storey/context';

/** More than this many fills in flight and the oldest lease is given up: its fill fails, which is always safe. */
const MAX_LEASES = 100_000;

interface Lease {
  readonly token: string;
  /** Monotonic ms. */
  readonly until: number;
}

/**
 * Who may fill which missing key. Held in memory alone: after a restart no token is known, so that a fill begun
 * before it fails.
 */
export class Leases {
  readonly #held = new Map<string, Lease>();
  readonly #prefix: string;
  #issued = 0;

  constructor(
    private readonly clock: Clock,
    random: Random,
  ) {
    this.#prefix = Buffer.from(random.bytes(9)).toString('base64url');
  }

  get size(): number {
    return this.#held.size;
  }

  /** A new token, or `undefined` while another one is valid. */
  take(key: string, leaseMs: number): string | undefined {
    const now = this.clock.monotonic();
    const held = this.#held.get(key);
    if (held && held.until > now) return undefined;
    this.#held.delete(key);
    this.#makeRoom();
    this.#issued += 1;
    const token = `${this.#prefix}.${this.#issued}`;
    this.#held.set(key, { token, until: now + leaseMs });
    return token;
  }

  isHeld(key: string, token: string): boolean {
    const held = this.#held.get(key);
    return held?.token === token && held.until > this.clock.monotonic();
  }

  void(key: string): void {
    this.#held.delete(key);
  }

  voidAll(): void {
    this.#held.clear();
  }

  /** Forgets expired leases among the `count` oldest. */
  sweep(count: number): void {
    const now = this.clock.monotonic();
    let seen = 0;
    for (const [key, { until }] of this.#held) {
      if (seen === count) return;
      if (until <= now) this.#held.delete(key);
      seen += 1;
    }
  }

  #makeRoom(): void {
    if (this.#held.size < MAX_LEASES) return;
    const oldest = this.#held.keys().next();
    if (!oldest.done) this.#held.delete(oldest.value);
  }
}
