/** Sharding: 64 logical shards for ever, the low six bits of every id. Physical tables divide them evenly. */
export const LOGICAL_SHARDS = 64;

const LOW_SIX_BITS = BigInt(LOGICAL_SHARDS - 1);

/**
 * The physical tables of each sharded one: `count` of them, numbered from `first`. Tables that are dealt out anew get
 * numbers that none ever had, so a name that was right once is right or names nothing.
 */
export interface Tables {
  readonly first: number;
  /** A divisor of 64. */
  readonly count: number;
}

/** The logical shard that an id carries, 0 to 63. */
export const shardOf = (id: bigint): number => Number(id & LOW_SIX_BITS);

/**
 * The logical shard of a thing addressed by its natural key, e.g. `video:BV1x` or a user id; 0 to 63, never to change.
 * FNV-1a of 32 bits over UTF-8 (Fowler, Noll, Vo; RFC 9923), its upper half folded onto the lower, then six bits.
 */
export function shardOfKey(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash ^ (hash >>> 16)) & (LOGICAL_SHARDS - 1);
}

/**
 * The physical table of a logical shard (number) or of an id (bigint). `tables` is that of the `Sql` in use. To be asked
 * for where the statement is made: a name that was kept may name nothing later.
 */
export function tableFor<Base extends string>(
  base: Base,
  shardOrId: number | bigint,
  { first, count }: Tables,
): `${Base}_${number}` {
  const shard = typeof shardOrId === 'bigint' ? shardOf(shardOrId) : shardOrId;
  return `${base}_${first + (shard % count)}`;
}

/** The numbers of the physical tables, rising, as they are now. */
export const tableNumbers = ({ first, count }: Tables): readonly number[] =>
  Array.from({ length: count }, (_, n) => first + n);

/** One after the other, by number. */
export async function forEachTable(tables: Tables, work: (n: number) => Promise<void>): Promise<void> {
  for (const n of tableNumbers(tables)) await work(n);
}

const utf8 = new TextEncoder();
