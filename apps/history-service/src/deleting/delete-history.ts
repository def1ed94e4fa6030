import { type Clock } from '@storey/context';
import { DELETION, nameOf, userKeys, type Deletion, type RecordKey } from '@storey/history';
import { type Kv } from '@storey/kv';
import { type Bundler } from '../reporting/bundler.js';
import { type Marks } from '../reporting/marks.js';
import { deletionUpdate } from '../reporting/updates.js';
import { KEPT_TTL_MS, type KeptRecords } from '../state/kept-records.js';
import { type UserStates } from '../state/user-states.js';

export interface DeleteHistoryOptions {
  readonly kv: Kv;
  readonly states: UserStates;
  readonly kept: KeptRecords;
  readonly marks: Marks;
  readonly bundler: Bundler;
  readonly clock: Clock;
}

/**
 * Deletes a record, a business (`oid` '') or everything (both ''). The deletion has the time max(now, newest time it
 * covers): nothing at or before it comes back, however late it is reported.
 */
export class DeleteHistory {
  readonly #options: DeleteHistoryOptions;

  constructor(options: DeleteHistoryOptions) {
    this.#options = options;
  }

  /** Resolves when kv state holds the deletion and its mark. */
  async execute(userId: bigint, key: RecordKey): Promise<void> {
    const { kv, kept, states, marks, bundler, clock } = this.#options;
    await states.open(userId);
    const now = clock.now();
    const name = nameOf(key);
    const deletion: Deletion = { ...key, at: Math.max(now, await this.#newest(userId, key)) };
    const mark = { member: DELETION + name, score: marks.next(now) };
    await marks.announce(userId, now);
    await marks.set(userId, mark.member, mark.score);
    const { tombstones } = userKeys(userId);
    await kv.addScored(tombstones, [{ member: name, score: deletion.at }], { ttlMs: KEPT_TTL_MS });
    await kept.removeCovered(userId, deletion);
    bundler.add({ update: deletionUpdate(userId, deletion), mark });
  }

  /** The newest time among what is covered, and of an earlier deletion of the same; 0 when there is none. */
  async #newest(userId: bigint, key: RecordKey): Promise<number> {
    const { kv, kept } = this.#options;
    const { index, tombstones } = userKeys(userId);
    const name = nameOf(key);
    const [earlier = 0] = await kv.scoresOf(tombstones, [name]);
    if (key.oid !== '') {
      const [at = 0] = await kv.scoresOf(index, [name]);
      return Math.max(earlier, at);
    }
    const [newest] = await kept.next(userId, 0, undefined, 1);
    return Math.max(earlier, newest?.at ?? 0);
  }
}
