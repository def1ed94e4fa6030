import { hotEpochKey, hotKey } from '@storey/comment';
import { type Clock } from '@storey/context';
import { cursorExpired } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { packIds, unpackIds } from './ranking.js';

/** A ranking this old is made anew when it is asked for. */
const REBUILD_MS = 10_000;
/** How long a walk may go on in a ranking that was replaced. */
const KEPT_MS = 10 * 60_000;
/** The current one may be handed out for a while before a walk in it begins. */
const LIFE_MS = KEPT_MS + REBUILD_MS;

/** One frozen order. */
export interface Epoch {
  /** When it was made, ms; names it. */
  readonly number: bigint;
  /** Best first. */
  readonly ids: readonly bigint[];
}

/**
 * The rankings behind `hot`, frozen so that a walk shows every row once while scores move. One key says which is
 * current, one key a ranking holds its ids; all in kv state, shared by every process. Of several who make one at
 * the same time, the first to have it named wins.
 */
export class HotEpochs {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #building = new Map<bigint, Promise<Epoch>>();

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * @param scope the subject (its roots) or the root (its replies) that is ranked.
   * @param rank makes the ranking; called by one caller of a process at a time.
   * @throws AppError `unavailable`
   */
  async current(scope: bigint, rank: () => Promise<readonly bigint[]>): Promise<Epoch> {
    const named = await this.#kv.get(hotKey(scope));
    const fresh = named && this.#clock.now() - Number(numberOf(named)) < REBUILD_MS;
    const epoch = fresh ? await this.#load(scope, numberOf(named)) : undefined;
    return epoch ?? this.#once(scope, () => this.#build(scope, named, rank));
  }

  /** @throws AppError invalid COMMON_CURSOR_EXPIRED when it is gone, `unavailable`. */
  async at(scope: bigint, number: bigint): Promise<Epoch> {
    const epoch = await this.#load(scope, number);
    if (!epoch) throw cursorExpired();
    return epoch;
  }

  async #load(scope: bigint, number: bigint): Promise<Epoch | undefined> {
    const bytes = await this.#kv.get(hotEpochKey(scope, number));
    return bytes && { number, ids: unpackIds(bytes) };
  }

  #once(scope: bigint, build: () => Promise<Epoch>): Promise<Epoch> {
    const running = this.#building.get(scope);
    if (running) return running;
    const building = build().finally(() => this.#building.delete(scope));
    this.#building.set(scope, building);
    return building;
  }

  async #build(
    scope: bigint,
    named: Uint8Array | undefined,
    rank: () => Promise<readonly bigint[]>,
  ): Promise<Epoch> {
    const number = BigInt(this.#clock.now());
    const ids = packIds(await rank());
    const kept = (await this.#kv.setIfAbsent(hotEpochKey(scope, number), ids, { ttlMs: LIFE_MS })) ?? ids;
    const name = packIds([number]);
    if (named) await this.#kv.compareAndSet(hotKey(scope), named, name, { ttlMs: LIFE_MS });
    else await this.#kv.setIfAbsent(hotKey(scope), name, { ttlMs: LIFE_MS });
    return { number, ids: unpackIds(kept) };
  }
}

const numberOf = (bytes: Uint8Array): bigint => unpackIds(bytes)[0] ?? 0n;
