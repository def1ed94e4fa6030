/** Sharding: 64 logical shards for ever, the low six bits of every id. Physical tables divide them evenly. */
export const LOGICAL_SHARDS = 64;

const LOW_SIX_BITS = BigInt(LOGICAL_SHARDS - 1);

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

/** The physical table of a logical shard (number) or of an id (bigint). `tables` is that of the `Sql` in use. */
export function tableFor<Base extends string>(
  base: Base,
  shardOrId: number | bigint,
  tables: number,
): `${Base}_${number}` {
  const shard = typeof shardOrId === 'bigint' ? shardOf(shardOrId) : shardOrId;
  return `${base}_${shard % tables}`;
}

/** For migrations: one after the other, `0` to `tables - 1`. */
export async function forEachTable(tables: number, work: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; n < tables; n += 1) await work(n);
}

const utf8 = new TextEncoder();
