import { type DeadLetterTables } from '@storey/outbox';
import { type ScheduleTables } from '@storey/schedule';

/** Times are epoch ms. A user's rows lie in the tables of his shard, `shardOfKey(userId)`. */

export interface RecordTable {
  user_id: bigint;
  business: string;
  oid: string;
  /** Seconds; -1 = finished. */
  progress: number;
  /** Seconds; 0 = unknown. */
  duration: number;
  at: bigint;
  /** Within one device; 0 = none. */
  seq: bigint;
  device: string;
  title: string;
  cover_url: string;
  url: string;
  part: string;
  finished: number;
  /** 1 = off the continue shelf until watched on. */
  hidden: number;
}

/** Nothing of this (user, business, oid) at or before `at` exists. */
export interface TombstoneTable {
  user_id: bigint;
  business: string;
  oid: string;
  at: bigint;
}

/** Nothing of this (user, business) at or before `at` exists; business '' = of any. */
export interface ClearTable {
  user_id: bigint;
  business: string;
  at: bigint;
}

export interface SettingTable {
  user_id: bigint;
  paused: number;
  retention_days: number;
}

export interface HistoryDb extends ScheduleTables, DeadLetterTables {
  [table: `history_record_${number}`]: RecordTable;
  [table: `history_tombstone_${number}`]: TombstoneTable;
  history_clear: ClearTable;
  history_setting: SettingTable;
}
