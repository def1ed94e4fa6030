import { type Cached } from '@storey/cache';
import { type Rebuildable } from './backfiller.js';

/** Entries of a cache by text: filled only where they are missing, under leases that any write or delete voids. */
export class CachedEntries implements Rebuildable {
  readonly #cached: Pick<Cached<string, unknown>, 'rebuild'>;
  readonly isId: (text: string) => boolean;

  constructor(cached: Pick<Cached<string, unknown>, 'rebuild'>, isId: (text: string) => boolean) {
    this.#cached = cached;
    this.isId = isId;
  }

  /** What was begun is finished: it is bounded, and harms nobody. */
  async rebuild(ids: readonly string[], signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await this.#cached.rebuild(ids);
  }
}
