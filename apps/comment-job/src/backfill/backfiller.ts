import { fromBinary } from '@bufbuild/protobuf';
import { type Clock } from '@storey/context';
import { cacheEvents } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { type Batch, type Message } from '@storey/events';
import { readEach } from '../read-each.js';

/** Who still wants what was asked for earlier has asked again: after a pause of the job there is no heap of old wishes. */
const WANTED_MS = 30_000;

/** Something that can be made before a reader has to. */
export interface Rebuildable {
  isId(text: string): boolean;
  /**
   * Looks first: what is there already is left as it is, and never written over. May leave the rest once the signal
   * aborts. @throws AppError of an outage.
   */
  rebuild(ids: readonly string[], signal: AbortSignal): Promise<unknown>;
}

interface Wish {
  readonly cache: Rebuildable;
  readonly id: string;
  /** Wall clock at the append, ms. */
  readonly at: number;
}

/** Rebuilds what readers will want soon, by the names of caches. Twins in a batch are one; one at a time. */
export class Backfiller {
  readonly #caches: ReadonlyMap<string, Rebuildable>;
  readonly #clock: Clock;

  constructor(caches: ReadonlyMap<string, Rebuildable>, clock: Clock) {
    this.#caches = caches;
    this.#clock = clock;
  }

  async handle(batch: Batch): Promise<void> {
    const wishes = await readEach(batch, (message) => this.#read(message));
    const since = this.#clock.now() - WANTED_MS;
    const wanted = wishes.filter(({ at }) => at >= since);
    for (const [cache, some] of Map.groupBy(wanted, (wish) => wish.cache)) {
      await cache.rebuild([...new Set(some.map(({ id }) => id))], batch.signal);
    }
  }

  /** @throws AppError invalid COMMENT_BACKFILL_UNREADABLE for what can't be rebuilt by this job. */
  #read({ value, timestamp }: Message): Wish {
    const { cache: name, id } = decode(value);
    const cache = this.#caches.get(name);
    if (!cache?.isId(id)) throw unreadable(`There is no ${id} of ${name}.`);
    return { cache, id, at: timestamp };
  }
}

function decode(value: Uint8Array): cacheEvents.CacheBackfill {
  try {
    return fromBinary(cacheEvents.CacheBackfillSchema, value);
  } catch (cause) {
    throw unreadable('It is no CacheBackfill.', cause);
  }
}

const unreadable = (message: string, cause?: unknown): AppError =>
  new AppError({ kind: 'invalid', code: 'COMMENT_BACKFILL_UNREADABLE', message, cause });
