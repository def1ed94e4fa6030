import { LOADED, floorsOf, nameOf, originOf, userKeys, type Deletion, type RecordKey } from '@storey/history';
import { type Kv, type Scored } from '@storey/kv';
import { decodeKept, encodeKept, type KeptRecord } from './stored-record.js';

/** How long an idle user's records stay at hand, ms; longer than they count as loaded. */
export const KEPT_TTL_MS = 8 * 86_400_000;

/** Most a verb takes. */
const LIST = 1000;

/** The records of users in kv state. */
export class KeptRecords {
  constructor(private readonly kv: Kv) {}

  /** @param keys at most 1,000. @returns those that exist, by name. */
  async find(userId: bigint, keys: readonly RecordKey[]): Promise<Map<string, KeptRecord>> {
    if (keys.length === 0) return new Map();
    const { index } = userKeys(userId);
    const names = keys.map(nameOf);
    const scores = await this.kv.scoresOf(index, names);
    return this.#read(
      userId,
      names.filter((_, i) => scores[i] !== undefined),
    );
  }

  /** The next ones behind `after`, newest first, not older than `min`. */
  async next(userId: bigint, min: number, after: Scored | undefined, limit: number): Promise<KeptRecord[]> {
    const { index } = userKeys(userId);
    const range = { min, order: 'descending', limit, ...(after && { after }) } as const;
    const members = await this.kv.rangeByScore(index, range);
    const found = await this.#read(
      userId,
      members.map(({ member }) => member),
    );
    return [...found.values()];
  }

  /** @param mark when given, the record is marked as not yet in the log. */
  merge(userId: bigint, record: KeptRecord, mark?: number): Promise<'written' | 'older' | 'deleted'> {
    const keys = userKeys(userId);
    const name = nameOf(record);
    const floors = floorsOf(record);
    return this.kv.mergeIfNewer({
      hashKey: keys.records,
      setKey: keys.index,
      field: name,
      value: encodeKept(record),
      order: record.at,
      tie: record.seq,
      device: originOf(record),
      tombstoneKey: keys.tombstones,
      floorMembers: [...floors, ...[name, ...floors].map((floor) => LOADED + floor)],
      ttlMs: KEPT_TTL_MS,
      ...(mark !== undefined && { dirtyKey: keys.dirty, dirtyMember: name, dirtyAt: mark }),
    });
  }

  /** Those of `records` that no deletion in kv state covers. */
  async alive<T extends RecordKey & { readonly at: number }>(
    userId: bigint,
    records: readonly T[],
  ): Promise<T[]> {
    const names = [...new Set(records.flatMap((record) => coveringNames(record)))];
    const times = new Map<string, number>();
    for (let start = 0; start < names.length; start += LIST) {
      const some = names.slice(start, start + LIST);
      const scores = await this.kv.scoresOf(userKeys(userId).tombstones, some);
      some.forEach((name, i) => times.set(name, scores[i] ?? 0));
    }
    return records.filter((record) =>
      coveringNames(record).every((name) => record.at > (times.get(name) ?? 0)),
    );
  }

  /** Takes over deletions that the tables know, and removes what they cover. */
  async addDeletions(userId: bigint, deletions: readonly Deletion[]): Promise<void> {
    const { tombstones } = userKeys(userId);
    const members = deletions.map((deletion) => ({ member: LOADED + nameOf(deletion), score: deletion.at }));
    for (let start = 0; start < members.length; start += LIST)
      await this.kv.addScored(tombstones, members.slice(start, start + LIST), { ttlMs: KEPT_TTL_MS });
    for (const deletion of deletions) await this.removeCovered(userId, deletion);
  }

  /** Removes what a deletion covers; a record that is reported anew meanwhile stays. @returns how many. */
  async removeCovered(userId: bigint, deletion: Deletion): Promise<number> {
    const { index } = userKeys(userId);
    if (deletion.oid !== '') {
      const [score] = await this.kv.scoresOf(index, [nameOf(deletion)]);
      if (score === undefined || score > deletion.at) return 0;
      return this.remove(userId, [{ member: nameOf(deletion), score }]);
    }
    let removed = 0;
    let after: Scored | undefined;
    for (;;) {
      const range = { max: deletion.at, order: 'ascending', limit: LIST, ...(after && { after }) } as const;
      const members = await this.kv.rangeByScore(index, range);
      const covered = members.filter(({ member }) => member.startsWith(prefixOf(deletion)));
      if (covered.length > 0) removed += await this.remove(userId, covered);
      after = members.at(-1);
      if (members.length < LIST) return removed;
    }
  }

  /**
   * Removes records that still have the given times. The index goes first, as it alone says what exists; should a
   * report come between the last two steps, its value is missed and read again from the tables.
   */
  async remove(userId: bigint, members: readonly Scored[]): Promise<number> {
    const { index, records } = userKeys(userId);
    const removed = await this.kv.removeIfScore(index, members);
    const names = members.map(({ member }) => member);
    const scores = await this.kv.scoresOf(index, names);
    const gone = names.filter((_, i) => scores[i] === undefined);
    if (gone.length > 0) await this.kv.deleteFields(records, gone);
    return removed;
  }

  async #read(userId: bigint, names: readonly string[]): Promise<Map<string, KeptRecord>> {
    const found = new Map<string, KeptRecord>();
    if (names.length === 0) return found;
    const { records, loaded } = userKeys(userId);
    const values = await this.kv.getFields(records, names);
    names.forEach((name, i) => {
      const value = values[i];
      if (value) found.set(name, decodeKept(value));
    });
    if (found.size < names.length) await this.kv.delete([loaded]);
    return found;
  }
}

function coveringNames(record: RecordKey): readonly string[] {
  const names = [nameOf(record), ...floorsOf(record)];
  return [...names, ...names.map((name) => LOADED + name)];
}

const prefixOf = ({ business }: RecordKey): string => (business === '' ? '' : `${business} `);
