import { counted, type Kv, type KvCounts } from '@storey/kv';
import { type Metrics } from '@storey/observability';

/** Counts what is asked of the key-value stores, of all servers of one purpose together. */
export class KvCalls {
  readonly #counts: { readonly purpose: string; readonly counts: KvCounts }[] = [];

  constructor(metrics: Metrics) {
    const help = 'Verbs asked of the key-value stores; each is a round trip to a server';
    metrics.observed('storey_kv_calls_total', help, ['store', 'verb'], () => this.#sums());
  }

  seen(purpose: string, store: Kv): Kv {
    const { kv, counts } = counted(store);
    this.#counts.push({ purpose, counts });
    return kv;
  }

  #sums(): readonly (readonly [{ readonly store: string; readonly verb: string }, number])[] {
    const sums = new Map<string, readonly [{ readonly store: string; readonly verb: string }, number]>();
    for (const { purpose: store, counts } of this.#counts) {
      for (const [verb, count] of Object.entries(counts)) {
        const key = `${store} ${verb}`;
        sums.set(key, [{ store, verb }, (sums.get(key)?.[1] ?? 0) + count]);
      }
    }
    return [...sums.values()];
  }
}
