import { type Clock } from '@storey/context';
import { isOutage } from '@storey/events';
import {
  nameOf,
  retentionEdge,
  type HistoryRecord,
  type RecordKey,
  type StoredHistory,
} from '@storey/history';
import { type KeptRecords } from '../state/kept-records.js';
import { type UserStates } from '../state/user-states.js';

export interface FoundRecords {
  readonly records: readonly HistoryRecord[];
  /** Not all places could be asked: what is not found may exist. */
  readonly degraded: boolean;
}

export interface GetRecordsOptions {
  readonly states: UserStates;
  readonly kept: KeptRecords;
  readonly stored: StoredHistory;
  readonly clock: Clock;
}

/** Single records by key. */
export class GetRecords {
  readonly #options: GetRecordsOptions;

  constructor(options: GetRecordsOptions) {
    this.#options = options;
  }

  /** @param keys at most 100. */
  async execute(userId: bigint, keys: readonly RecordKey[]): Promise<FoundRecords> {
    const { states, kept, clock } = this.#options;
    const { settings, floor, degraded } = await states.open(userId);
    const found = await kept.find(userId, keys);
    const missing = keys.filter((key) => !found.has(nameOf(key)));
    const older = floor > 0 && missing.length > 0 ? await this.#stored(userId, missing) : [];
    const edge = retentionEdge(settings, clock.now());
    const records = [...found.values(), ...(older ?? [])].filter(({ at }) => at > edge);
    return { records, degraded: degraded || older === undefined };
  }

  /** @returns nothing when the database is down. */
  async #stored(userId: bigint, keys: readonly RecordKey[]): Promise<HistoryRecord[] | undefined> {
    try {
      return await this.#options.kept.alive(userId, await this.#options.stored.find(userId, keys));
    } catch (error) {
      if (isOutage(error)) return undefined;
      throw error;
    }
  }
}
