import { shardOfKey, tableFor, upsert, type Sql } from '@storey/sql';
import { type HistoryRecord, type RecordKey } from './history-record.js';
import { fromRow } from './record-row.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { type HistoryDb } from './tables.js';

/** A row's place in the order newest first; at one time by business and oid, both descending. */
export interface Place extends RecordKey {
  readonly at: number;
}

/** A deletion of a record, a business (`oid` '') or everything (both ''). */
export interface Deletion extends RecordKey {
  readonly at: number;
}

export interface RecordPage {
  /** Behind this place; absent: from the newest. */
  readonly after?: Place | undefined;
  /** Later than this, epoch ms. */
  readonly newerThan: number;
  /** '' = any. */
  readonly business: string;
  readonly limit: number;
}

/** Most of one user's deletions that are read at once. */
const MAX_DELETIONS = 1000;

/** The tables of history, read per user; every statement visits one shard. */
export class StoredHistory {
  constructor(private readonly sql: Sql<HistoryDb>) {}

  /** Newest first. */
  async page(userId: bigint, { after, newerThan, business, limit }: RecordPage): Promise<HistoryRecord[]> {
    let query = this.sql.read
      .selectFrom(this.#records(userId))
      .selectAll()
      .where('user_id', '=', userId)
      .where('at', '>', BigInt(newerThan));
    if (business !== '') query = query.where('business', '=', business);
    if (after) {
      const at = BigInt(after.at);
      query = query
        .where('at', '<=', at)
        .where(({ eb, or, and }) =>
          or([
            eb('at', '<', at),
            eb('business', '<', after.business),
            and([eb('business', '=', after.business), eb('oid', '<', after.oid)]),
          ]),
        );
    }
    const rows = await query
      .orderBy('at', 'desc')
      .orderBy('business', 'desc')
      .orderBy('oid', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /** @param keys at most 100. @returns those that exist. */
  async find(userId: bigint, keys: readonly RecordKey[]): Promise<HistoryRecord[]> {
    if (keys.length === 0) return [];
    const rows = await this.sql.read
      .selectFrom(this.#records(userId))
      .selectAll()
      .where('user_id', '=', userId)
      .where(({ eb, or, and }) =>
        or(keys.map(({ business, oid }) => and([eb('business', '=', business), eb('oid', '=', oid)]))),
      )
      .execute();
    return rows.map(fromRow);
  }

  /** All clears, and the newest 1,000 deletions of single records. */
  async deletions(userId: bigint): Promise<Deletion[]> {
    const clears = await this.sql.read
      .selectFrom('history_clear')
      .select(['business', 'at'])
      .where('user_id', '=', userId)
      .orderBy('at', 'desc')
      .limit(MAX_DELETIONS)
      .execute();
    const singles = await this.sql.read
      .selectFrom(this.#tombstones(userId))
      .select(['business', 'oid', 'at'])
      .where('user_id', '=', userId)
      .orderBy('at', 'desc')
      .limit(MAX_DELETIONS)
      .execute();
    return [...clears.map((clear) => ({ ...clear, oid: '' })), ...singles].map((deletion) => ({
      ...deletion,
      at: Number(deletion.at),
    }));
  }

  /** Deletions of just these records. @param keys at most 100. */
  async deletionsOf(userId: bigint, keys: readonly RecordKey[]): Promise<Deletion[]> {
    if (keys.length === 0) return [];
    const rows = await this.sql.read
      .selectFrom(this.#tombstones(userId))
      .select(['business', 'oid', 'at'])
      .where('user_id', '=', userId)
      .where(({ eb, or, and }) =>
        or(keys.map(({ business, oid }) => and([eb('business', '=', business), eb('oid', '=', oid)]))),
      )
      .execute();
    return rows.map((row) => ({ ...row, at: Number(row.at) }));
  }

  async settings(userId: bigint): Promise<Settings> {
    const row = await this.sql.read
      .selectFrom('history_setting')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (!row) return DEFAULT_SETTINGS;
    return { paused: row.paused === 1, retentionDays: row.retention_days };
  }

  async putSettings(userId: bigint, { paused, retentionDays }: Settings): Promise<void> {
    const row = { user_id: userId, paused: Number(paused), retention_days: retentionDays };
    await this.sql.transaction((tx) =>
      upsert(tx, 'history_setting', row, { key: ['user_id'], set: ['paused', 'retention_days'] }),
    );
  }

  #records(userId: bigint) {
    return tableFor('history_record', shardOfKey(String(userId)), this.sql.tables);
  }

  #tombstones(userId: bigint) {
    return tableFor('history_tombstone', shardOfKey(String(userId)), this.sql.tables);
  }
}
