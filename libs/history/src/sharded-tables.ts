import { type ShardedTable } from '@storey/sql';

/** What lies in physical tables of its own: a user leads to them. */
export const historyShardedTables: readonly ShardedTable[] = [
  { base: 'history_record', key: ['user_id', 'business', 'oid'], shard: { hashed: 'user_id' } },
  { base: 'history_tombstone', key: ['user_id', 'business', 'oid'], shard: { hashed: 'user_id' } },
];
