import { keyOf, nameOf, userKeys, type StoredHistory } from '@storey/history';
import { type Kv, type Scored } from '@storey/kv';
import { decodeLoaded, encodeLoaded } from './user-codec.js';
import { unlessDown } from './user-states.js';
import { type KeptRecords } from './kept-records.js';

/** Records looked at in one go; a look-up in the tables takes no more. */
const CHUNK = 100;

export interface TrimmingOptions {
  readonly kv: Kv;
  readonly kept: KeptRecords;
  readonly stored: StoredHistory;
  readonly keptRecords: number;
}

/** Takes a user's oldest records out of kv state when there are twice as many as are to be at hand. */
export class Trimming {
  constructor(private readonly options: TrimmingOptions) {}

  /** Removes at most 100, and only what the tables have. @returns how many. */
  async trim(userId: bigint): Promise<number> {
    const { kv, kept, keptRecords } = this.options;
    const { index, loaded } = userKeys(userId);
    if ((await kv.countScored(index)) <= 2 * keptRecords) return 0;
    const oldest = await kv.rangeByScore(index, { order: 'ascending', limit: CHUNK });
    const saved = await this.#saved(userId, oldest);
    const marker = await kv.get(loaded);
    if (!marker || saved.length === 0) return 0;
    const state = decodeLoaded(marker);
    const floor = Math.max(state.floor, ...saved.map(({ score }) => score));
    // The floor first: from here on the tables are asked for what is about to go.
    if (!(await kv.compareAndSet(loaded, marker, encodeLoaded({ ...state, floor }), { ttlMs: TTL_MS })))
      return 0;
    return kept.remove(userId, saved);
  }

  async #saved(userId: bigint, oldest: readonly Scored[]): Promise<Scored[]> {
    const keys = oldest.map(({ member }) => keyOf(member));
    const rows = (await unlessDown(() => this.options.stored.find(userId, keys))) ?? [];
    const times = new Map(rows.map((row) => [nameOf(row), row.at]));
    return oldest.filter(({ member, score }) => times.get(member) === score);
  }
}

/** A trimmed user is loaded anew after a day. */
const TTL_MS = 86_400_000;
