import { toAppError } from '@storey/errors';
import { sql, type RawBuilder } from 'kysely';
import { LOGICAL_SHARDS, shardOf, shardOfKey } from '../shards.js';

/** A row of any table, as it comes and goes. */
export type Row = Readonly<Record<string, unknown>>;
/** For what works on whatever tables there are. */
export type AnyDb = Record<string, Record<string, unknown>>;

/** A table that lies in physical ones, as its domain declares it. */
export interface ShardedTable {
  readonly base: string;
  /** The columns of its primary key, in their order: integers of 64 bits and texts. */
  readonly key: readonly [string, ...string[]];
  /** The column that leads to the shard: it `carries` it, as an id does, or its decimal digits are `hashed`. */
  readonly shard: { readonly carries: string } | { readonly hashed: string };
}

/** The logical shard of a row. */
export function shardOfRow({ base, shard }: ShardedTable, row: Row): number {
  const column = 'carries' in shard ? shard.carries : shard.hashed;
  const value = row[column];
  if (typeof value !== 'bigint') throw toAppError(new TypeError(`${base}.${column} is no bigint`));
  return 'carries' in shard ? shardOf(value) : shardOfKey(String(value));
}

const MASK = sql.lit(LOGICAL_SHARDS - 1);

/** The same as an expression for a statement. @param prefix of columns, e.g. `new.` in a trigger. */
export function shardSql({ shard }: ShardedTable, prefix = ''): RawBuilder<bigint> {
  if ('carries' in shard) return sql`(${sql.raw(prefix)}${sql.ref(shard.carries)} & ${MASK})`;
  const digits = sql`cast(${sql.raw(prefix)}${sql.ref(shard.hashed)} as char(20))`;
  const byte = sql`(48 + cast(substr(${digits}, i, 1) as unsigned))`;
  // `shardOfKey`, step by step; a ^ b is (a | b) - (a & b), as SQLite has no ^.
  return sql`(with recursive fnv (i, h) as (select 1, 2166136261 union all
    select i + 1, (((h | ${byte}) - (h & ${byte})) * 16777619) & 4294967295 from fnv where i <= length(${digits}))
    select ((h | (h >> 16)) - (h & (h >> 16))) & ${MASK} from fnv order by i desc limit 1)`;
}
