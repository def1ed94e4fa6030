import { FakeClock, SeededRandom, runDetached, type Random } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { Cache, type Cached, type CacheStore, type Codec, type Definition } from '../src/index.js';

export const text: Codec<string> = {
  encode: (value) => new TextEncoder().encode(value),
  decode: (bytes) => new TextDecoder('utf8', { fatal: true }).decode(bytes),
};

/** A source of truth with a cache over an embedded store in front. */
export class Fixture implements AsyncDisposable {
  readonly truth = new Map<number, string>();
  /** The ids of each load. */
  readonly loads: (readonly number[])[] = [];
  readonly signals: AbortSignal[] = [];
  readonly errors: unknown[] = [];
  /** Waited for inside a load, after the truth was read. */
  delay: () => Promise<void> = () => Promise.resolve();
  fail: (() => void) | undefined;

  private constructor(
    readonly kv: Kv,
    readonly clock: FakeClock,
  ) {}

  static async open(): Promise<Fixture> {
    const clock = new FakeClock();
    return new Fixture(await openKv('memory:', { clock }), clock);
  }

  cached(
    store: CacheStore = this.kv,
    more: Partial<Definition<number, string>> = {},
    random: Random = new SeededRandom(1),
  ): Cached<number, string> {
    return this.cache(store, random).define({
      name: 'thing',
      key: (id) => `t:${id}`,
      codec: text,
      ttlMs: 60_000,
      jitter: 0,
      emptyTtlMs: 5000,
      load: (ids, signal) => this.#load(ids, signal),
      ...more,
    });
  }

  /** Of one process. */
  cache(store: CacheStore = this.kv, random: Random = new SeededRandom(1)): Cache {
    const onError = (error: unknown): void => void this.errors.push(error);
    return new Cache(store, { clock: this.clock, random, onError });
  }

  async #load(ids: readonly number[], signal: AbortSignal): Promise<Map<number, string>> {
    this.loads.push(ids);
    this.signals.push(signal);
    const read = ids.map((id) => [id, this.truth.get(id)] as const);
    await this.delay();
    this.fail?.();
    return new Map(read.filter((pair): pair is [number, string] => pair[1] !== undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kv.close();
  }
}

/** Enough turns of the event loop for a batch to reach its load, or its end. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await runDetached(() => new Promise((resolve) => setImmediate(resolve)));
}

/** Until it is released, loads wait. */
export function hold(f: Fixture): () => void {
  const release = Promise.withResolvers<void>();
  f.delay = () => release.promise;
  return () => {
    f.delay = () => Promise.resolve();
    release.resolve();
  };
}

/** The verbs of `kv`, some replaced. */
export function storeOver(kv: Kv, more: Partial<CacheStore>): CacheStore {
  return {
    mget: (...args) => kv.mget(...args),
    compareAndSet: (...args) => kv.compareAndSet(...args),
    set: (...args) => kv.set(...args),
    delete: (...args) => kv.delete(...args),
    getOrLease: (...args) => kv.getOrLease(...args),
    fill: (...args) => kv.fill(...args),
    ...more,
  };
}
