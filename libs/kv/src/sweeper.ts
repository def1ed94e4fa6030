import { type Effect } from './effect.js';
import { type Leases } from './leases.js';
import { type Store } from './store.js';

const EVERY_MS = 1000;
const KEYS_PER_SWEEP = 10_000;
/** Deletions of one record in the journal. */
const MAX_DELETIONS = 1000;

/**
 * Removes what has expired and is never asked for again: at most one timer, a bounded number of keys per second, and
 * no timer at all while there is nothing.
 */
export class Sweeper {
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly store: Store,
    private readonly leases: Leases,
    private readonly apply: (effects: readonly Effect[]) => void,
  ) {}

  /** To be called when there may be something to sweep again. */
  wake(): void {
    if (this.#cancel !== undefined || this.#stopped) return;
    this.#cancel = this.store.clock.after(EVERY_MS, () => this.#sweep());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #sweep(): void {
    this.#cancel = undefined;
    this.leases.sweep(KEYS_PER_SWEEP);
    const expired = this.store.expiredAmongNext(KEYS_PER_SWEEP);
    for (let at = 0; at < expired.length; at += MAX_DELETIONS) {
      this.apply(expired.slice(at, at + MAX_DELETIONS).map((key) => ({ op: 'delete', key })));
    }
    if (this.store.size > 0 || this.leases.size > 0) this.wake();
  }
}
