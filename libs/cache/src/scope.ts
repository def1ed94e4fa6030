import { noCounts, type CacheCounts } from './counts.js';
import { type CacheId, type Definition, type Surroundings } from './definition.js';
import { LocalCopies } from './local/local-copies.js';

/** Longer than a load may take: who holds a lease is the only one in the cluster who loads and may write. */
export const LEASE_MS = 1000;
/** Ids of one turn that are looked up together, and of one load or message. */
export const MAX_LOOK_UP = 500;
export const MAX_LOAD = 200;

/** What was found of an id. */
export interface Found<V> {
  /** `undefined`: there is none. */
  readonly value: V | undefined;
  /** Its fresh time is over, and no newer one is known yet. */
  readonly stale: boolean;
}

/** What the parts of one cache share. */
export class Scope<Id extends CacheId, V> {
  readonly counts: CacheCounts = noCounts();
  readonly copies: LocalCopies<Id, V> | undefined;

  constructor(
    readonly definition: Definition<Id, V>,
    readonly around: Surroundings,
  ) {
    const { local } = definition;
    this.copies = local && new LocalCopies(local, around);
  }

  keysOf(ids: readonly Id[]): string[] {
    return ids.map(this.definition.key);
  }

  tell(error: unknown): void {
    this.around.onError(error, this.definition.name);
  }

  failed(error: unknown): void {
    this.counts.failures += 1;
    this.tell(error);
  }
}
