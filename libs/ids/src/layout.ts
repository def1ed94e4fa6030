/**
 * An id has 63 bits, most significant first: 41 ms since 2025-01-01 (until 2094), 2 clock turn, 8 worker,
 * 6 sequence, 6 logical shard. The last six are all that is needed to find the row of an id.
 */
export const EPOCH_MS = Date.UTC(2025, 0, 1);
export const TURNS = 4;
export const WORKERS = 256;
/** Ids of one shard in one millisecond of one worker. */
export const SEQUENCES = 64;
export const SHARDS = 64;
export const MAX_STAMP_MS = 2 ** 41 - 1;

const MAX_ID = 2n ** 63n - 1n;

/** Everything but sequence and shard. @param ms since {@link EPOCH_MS} */
export function idPrefix(ms: number, turn: number, worker: number): bigint {
  return BigInt((ms * TURNS + turn) * WORKERS + worker) << 12n;
}

/** The logical shard, 0–63. */
export const shardOf = (id: bigint): number => Number(id & 63n);

/** When the id was given out, wall-clock ms since 1970; up to a second ahead after a burst. */
export const timeOf = (id: bigint): number => Number(id >> 22n) + EPOCH_MS;

/** No id that is given out at this time (epoch ms) or later is lower. */
export const lowestIdAt = (ms: number): bigint => idPrefix(Math.max(0, ms - EPOCH_MS), 0, 0);

/** An id from outside: plain decimal digits, 1 to 2^63-1, no sign, no leading zero; else `undefined`. */
export function parseId(text: string): bigint | undefined {
  if (!/^[1-9]\d{0,18}$/.test(text)) return undefined;
  const id = BigInt(text);
  return id <= MAX_ID ? id : undefined;
}
