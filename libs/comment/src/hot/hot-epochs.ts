import { type Clock } from '@storey/context';
import { cursorExpired } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { hotEpochKey, hotKey } from '../kv-keys.js';
import { type ListOf } from '../place-chunks.js';
import { type Rankings } from '../repositories/rankings.js';
import { decodeEpoch, encodeEpoch, type Epoch } from './epoch-codec.js';

/** A ranking this old is to be made anew when it is asked for. */
const DUE_MS = 10_000;
/** A click shows in the order within 15 s: one until it is applied, and one for which a page may be kept, go off that. */
const OVER_MS = 13_000;
/** How long a walk may go on in a ranking that was replaced. */
const KEPT_MS = 10 * 60_000;
/** The current one may be handed out for a while before a walk in it begins. */
const LIFE_MS = KEPT_MS + OVER_MS;

export interface Latest {
  readonly epoch: Epoch;
  /** `due`: may still be shown, but should be replaced. `over`: too old to be shown. */
  readonly age: 'fresh' | 'due' | 'over';
}

/**
 * The rankings behind `hot`, frozen so that a walk shows every row once while scores move: in kv state, shared by every
 * process. One key holds the current ranking of a list; each stands under its own number too. Of several who make one at
 * the same time the first to put it in the place of the one before wins; the others' are kept just as long.
 */
export class HotEpochs {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #rankings: Pick<Rankings, 'of'>;

  constructor(kv: Kv, clock: Clock, rankings: Pick<Rankings, 'of'>) {
    this.#kv = kv;
    this.#clock = clock;
    this.#rankings = rankings;
  }

  /** @throws AppError `unavailable` */
  async latest(list: ListOf): Promise<Latest | undefined> {
    const bytes = await this.#kv.get(hotKey(scopeOf(list)));
    if (!bytes) return undefined;
    const epoch = decodeEpoch(bytes);
    return { epoch, age: this.#age(epoch) };
  }

  /** @throws AppError invalid COMMON_CURSOR_EXPIRED when it is gone, `unavailable`. */
  async at(list: ListOf, number: bigint): Promise<Epoch> {
    const bytes = await this.#kv.get(hotEpochKey(scopeOf(list), number));
    if (!bytes) throw cursorExpired();
    return decodeEpoch(bytes);
  }

  /**
   * Makes a ranking and puts it in the place of the one that was `seen`, unless somebody else did.
   * @throws AppError `unavailable`
   */
  async replace(list: ListOf, seen: Epoch | undefined): Promise<Epoch> {
    const scope = scopeOf(list);
    // Taken before the scores are read: it is never older than it says.
    const number = BigInt(this.#clock.now());
    const made = encodeEpoch({ number, ids: await this.#rankings.of(list) });
    const life = { ttlMs: LIFE_MS };
    const kept = (await this.#kv.setIfAbsent(hotEpochKey(scope, number), made, life)) ?? made;
    if (seen) await this.#kv.compareAndSet(hotKey(scope), encodeEpoch(seen), kept, life);
    else await this.#kv.setIfAbsent(hotKey(scope), kept, life);
    return decodeEpoch(kept);
  }

  /** One from the future is of a process whose clock is wrong: as old as it is early. */
  #age({ number }: Epoch): Latest['age'] {
    const ms = Math.abs(this.#clock.now() - Number(number));
    if (ms < DUE_MS) return 'fresh';
    return ms < OVER_MS ? 'due' : 'over';
  }
}

const scopeOf = ({ subjectId, rootId }: ListOf): bigint => rootId || subjectId;
