import { type ColumnType, type Transaction } from 'kysely';
import { type Sql } from '@storey/sql';

/** Epoch ms. */
type Time = ColumnType<bigint, number | bigint, number | bigint>;
/** Numbered by the database; read as whatever the dialect makes of it and only ever handed back or printed. */
type RowId = ColumnType<number | bigint, never, never>;

export interface OutboxTable {
  id: RowId;
  /** hash(key) mod 16: the unit in which relays share the work. */
  bucket: number;
  topic: string;
  key: string;
  value: Uint8Array;
  /** JSON. */
  headers: string;
  created_at: Time;
  /** Refusals so far. */
  attempts: number;
  /** Not before. */
  next_at: Time;
  state: 'ready' | 'sent' | 'parked';
  sent_at: ColumnType<bigint | null, number | bigint | null, number | bigint | null>;
}

export interface BucketTable {
  bucket: number;
  /** '' when free. */
  owner: string;
  /** Rises with every claim. */
  epoch: number;
  lease_until: Time;
}

export interface RelayTable {
  owner: string;
  alive_until: Time;
}

export interface MessageApplyTable {
  consumer: string;
  message_id: string;
  /** Of the content, so that one id with two contents is noticed. */
  digest: string;
  applied_at: Time;
}

export interface IdempotencyTable {
  scope: string;
  key: string;
  fingerprint: string;
  response: Uint8Array;
  created_at: Time;
}

export interface WorkerLeaseTable {
  worker: number;
  owner: string;
  epoch: number;
  lease_until: Time;
  /** Decimal, separated by commas. */
  marks: string;
}

/** What every domain's database has besides its own tables. */
export interface OutboxTables {
  outbox: OutboxTable;
  outbox_bucket: BucketTable;
  outbox_relay: RelayTable;
  message_apply: MessageApplyTable;
  idempotency: IdempotencyTable;
  worker_lease: WorkerLeaseTable;
}

/** Kysely is invariant in its tables; a database that has more than these is used as one that has these. */
export const ownTables = <DB extends OutboxTables>(tx: Transaction<DB>): Transaction<OutboxTables> =>
  tx as unknown as Transaction<OutboxTables>;

export const ownSql = <DB extends OutboxTables>(sql: Sql<DB>): Sql<OutboxTables> =>
  sql as unknown as Sql<OutboxTables>;
