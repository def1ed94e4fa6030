import { raceAbort } from '@storey/context';
import { type CacheId } from './definition.js';
import { type Scope } from './scope.js';

/** What a load has brought of one id. */
export interface Loaded<V> {
  readonly value: V | undefined;
  readonly costMs: number;
}

/** Calls the loader, and knows what it cost. */
export class Loading<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  #lastCostMs = 0;

  constructor(scope: Scope<Id, V>) {
    this.#scope = scope;
  }

  /** Of the last load: what one will cost to whom a value is handed without. */
  get lastCostMs(): number {
    return this.#lastCostMs;
  }

  /** @param ids at most 200. @returns what there is of each. @throws what the loader throws, or the signal's reason. */
  async load(ids: readonly Id[], signal: AbortSignal): Promise<(id: Id) => Loaded<V>> {
    const { definition, around, counts } = this.#scope;
    counts.loads += 1;
    const started = around.clock.monotonic();
    const values = await raceAbort(definition.load(ids, signal), signal);
    const costMs = around.clock.monotonic() - started;
    this.#lastCostMs = costMs;
    return (id) => ({ value: values.get(id), costMs });
  }
}

export function* chunksOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
