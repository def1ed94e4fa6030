import { type Worklists } from '@storey/comment';
import { type Random } from '@storey/context';
import { cursorExpired } from '@storey/errors';
import { packIds, unpackIds } from '@storey/ids';
import { type Kv } from '@storey/kv';

/** What one walk shows at most: it is a list of work, and what is behind these comes up as they are judged. */
const MAX_WALKED = 1000;
const WALK_MS = 10 * 60_000;

/** Where a walk stands. */
export interface ReportedAt {
  readonly walk: bigint;
  /** Of the first row that was not shown. */
  readonly index: number;
}

export interface ReportedIds {
  readonly ids: readonly bigint[];
  /** Absent at the end. */
  readonly next?: ReportedAt;
}

/**
 * The most reported first. Counts move while somebody walks, so the order of a walk of several pages is frozen in kv
 * state when it begins, and every row is met once.
 */
export class ReportedWalks {
  readonly #worklists: Worklists;
  readonly #kv: Kv;
  readonly #random: Random;

  constructor(worklists: Worklists, kv: Kv, random: Random) {
    this.#worklists = worklists;
    this.#kv = kv;
    this.#random = random;
  }

  async begin(limit: number): Promise<ReportedIds> {
    const ids = await this.#worklists.reported(MAX_WALKED);
    if (ids.length <= limit) return { ids };
    const walk = Buffer.from(this.#random.bytes(8)).readBigUInt64BE() >> 2n;
    await this.#kv.set(keyOf(walk), packIds(ids), { ttlMs: WALK_MS });
    return { ids: ids.slice(0, limit), next: { walk, index: limit } };
  }

  /** Those that were judged meanwhile are left out. @throws AppError invalid COMMON_CURSOR_EXPIRED after ten minutes. */
  async goOn({ walk, index }: ReportedAt, limit: number): Promise<ReportedIds> {
    const bytes = await this.#kv.get(keyOf(walk));
    if (!bytes) throw cursorExpired();
    const ids = unpackIds(bytes);
    const page = ids.slice(index, index + limit);
    const still = await this.#worklists.stillReported(page);
    const end = index + limit;
    return {
      ids: page.filter((id) => still.has(id)),
      ...(end < ids.length && { next: { walk, index: end } }),
    };
  }
}

const keyOf = (walk: bigint): string => `{rw:${walk}}`;
