import { marksOfRegion, regionOf, userKeys } from '@storey/history';
import { type Kv, type Scored } from '@storey/kv';

/** Entries of a region's index are dealt out by time, so that a user who never pauses is looked at too. */
const SLOT_MS = 5_000;
/** How old marks must be to be taken for left behind, ms. */
export const STALE_MS = 5_000;

/** A user who may have stale marks. */
export interface Suspect {
  readonly userId: bigint;
  readonly entry: Scored;
}

/**
 * What kv state holds but the log may not: each change leaves a mark, which goes when the change was appended. A mark
 * lies with its user; the region's index names the users. The index is written before the mark, so no mark is ever
 * without it; an entry without marks is harmless. A process that dies leaves its marks to whoever sweeps.
 */
export class Marks {
  #last = 0;

  constructor(private readonly kv: Kv) {}

  /** A new mark: about the time, but later than any that this process has given, so that kv state takes it as it is. */
  next(now: number): number {
    this.#last = Math.max(now, this.#last + 1);
    return this.#last;
  }

  /** Must be called, with the time of the marks, before any is set. */
  async announce(userId: bigint, now: number): Promise<void> {
    const slot = Math.floor(now / SLOT_MS);
    const entry = { member: `${userId}@${slot}`, score: (slot + 1) * SLOT_MS };
    await this.kv.addScored(marksOfRegion(regionOf(userId)), [entry], {});
  }

  async set(userId: bigint, name: string, at: number): Promise<void> {
    await this.kv.addScored(userKeys(userId).dirty, [{ member: name, score: at }], {});
  }

  /** Removes those marks that no later change has moved. */
  async clear(userId: bigint, marks: readonly Scored[]): Promise<void> {
    await this.kv.removeIfScore(userKeys(userId).dirty, marks);
  }

  /** Users whose entries are old, oldest first. */
  async suspects(region: number, now: number, limit: number): Promise<readonly Suspect[]> {
    const range = { max: now - STALE_MS, order: 'ascending', limit } as const;
    const entries = await this.kv.rangeByScore(marksOfRegion(region), range);
    return entries.map((entry) => ({ userId: BigInt(entry.member.split('@', 1)[0] ?? 0), entry }));
  }

  /** All marks of a user, fresh ones too: to bring those to the log twice does no harm. */
  of(userId: bigint, limit: number): Promise<readonly Scored[]> {
    return this.kv.rangeByScore(userKeys(userId).dirty, { order: 'ascending', limit });
  }

  /** Takes a user off the index after his marks were dealt with. */
  async acquit({ userId, entry }: Suspect): Promise<void> {
    await this.kv.removeScored(marksOfRegion(regionOf(userId)), [entry.member]);
  }
}
