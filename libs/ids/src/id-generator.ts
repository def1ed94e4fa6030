import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { EPOCH_MS, MAX_STAMP_MS, SEQUENCES, SHARDS, TURNS, WORKERS, idPrefix } from './layout.js';
import { Ids } from './ids.js';

/** A step back of at most so many ms is waited out: the stamp stands still until the clock has caught up. */
const SMALL_STEP_MS = 5;
/** How far a burst may borrow from the milliseconds to come before it is refused. */
const MAX_AHEAD_MS = 1000;

/** For each clock turn the last ms (since the epoch of ids) that may have been used; -1: none. */
export type Marks = readonly number[];
export const NO_MARKS: Marks = Array.from({ length: TURNS }, () => -1);
const NO_LIMIT: Marks = Array.from({ length: TURNS }, () => MAX_STAMP_MS);

export interface IdGeneratorOptions {
  /** 0–255; nobody else may use it beyond the same marks. */
  readonly worker: number;
  readonly clock: Clock;
  /** What earlier owners of this worker may have used. */
  readonly marks?: Marks;
  /** What this owner may use until the next {@link IdGenerator.grant}; `marks` for nothing yet. Default: all. */
  readonly granted?: Marks;
}

/**
 * Ids of one worker. A stamp is (ms, turn); a stamp is used only above the mark of its turn, so that no stamp is
 * ever begun twice. When the clock steps back, the lowest turn whose mark is below the new time is taken: four
 * turns stand four overlapping passes over the same time.
 */
export class IdGenerator extends Ids {
  readonly #worker: number;
  readonly #clock: Clock;
  readonly #marks: number[];
  readonly #used = new Uint8Array(SHARDS);
  #granted: Marks;
  /** The highest reading of the clock since its last step. */
  #seen = -1;
  #ms = -1;
  #turn = 0;
  #prefix = 0n;

  constructor({ worker, clock, marks = NO_MARKS, granted = NO_LIMIT }: IdGeneratorOptions) {
    super();
    if (!Number.isInteger(worker) || worker < 0 || worker >= WORKERS) {
      throw new RangeError(`A worker is 0 to ${WORKERS - 1}, not ${worker}.`);
    }
    this.#worker = worker;
    this.#clock = clock;
    this.#marks = [...marks];
    this.#granted = granted;
  }

  override next(shard: number): bigint {
    if (!Number.isInteger(shard) || shard < 0 || shard >= SHARDS) {
      throw new RangeError(`A shard is 0 to ${SHARDS - 1}, not ${shard}.`);
    }
    this.#followClock();
    if (this.#used[shard] === SEQUENCES) this.#borrow();
    const sequence = this.#used[shard] ?? 0;
    this.#used[shard] = sequence + 1;
    return this.#prefix | BigInt(sequence * SHARDS + shard);
  }

  /** What has been used. */
  get marks(): Marks {
    return [...this.#marks];
  }

  /** What to write down before {@link grant}: the present turn and a spare one up to `aheadMs` from now. */
  proposal(aheadMs: number): Marks {
    const until = this.#now() + aheadMs;
    const turns = [this.#turn, this.#spareTurn()];
    return this.#marks.map((mark, turn) => {
      const known = Math.max(mark, this.#granted[turn] ?? -1);
      return turns.includes(turn) ? Math.max(known, until) : known;
    });
  }

  /** Allows stamps up to `granted`, which must be durable by now. */
  grant(granted: Marks): void {
    this.#granted = granted;
  }

  #now(): number {
    return Math.floor(this.#clock.now()) - EPOCH_MS;
  }

  #followClock(): void {
    const now = this.#now();
    const stepped = this.#seen - now > SMALL_STEP_MS;
    if (stepped || now > this.#ms) this.#enter(now);
    this.#seen = stepped ? now : Math.max(this.#seen, now);
  }

  #borrow(): void {
    if (this.#ms >= this.#seen + MAX_AHEAD_MS)
      throw unavailable('Ids are asked for faster than they can be made.');
    this.#enter(this.#ms + 1);
  }

  #enter(ms: number): void {
    const turn = this.#marks.findIndex((mark, t) => mark < ms && ms <= (this.#granted[t] ?? -1));
    if (turn < 0) throw unavailable('No unique id can be made at this time of the clock.');
    this.#marks[turn] = ms;
    this.#turn = turn;
    this.#ms = ms;
    this.#used.fill(0);
    this.#prefix = idPrefix(ms, turn, this.#worker);
  }

  /** The turn that reaches back furthest, the present one apart. */
  #spareTurn(): number {
    const others = this.#marks
      .map((mark, turn) => ({ mark, turn }))
      .filter(({ turn }) => turn !== this.#turn);
    return others.reduce((low, other) => (other.mark < low.mark ? other : low)).turn;
  }
}
