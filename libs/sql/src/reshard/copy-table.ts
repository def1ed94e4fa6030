import { insertIgnore, forUpdate } from '../writes.js';
import { tableNumbers } from '../shards.js';
import { type Moving, type Source } from './moving.js';
import { type Watermark } from './progress.js';
import { shardOfRow } from './sharded-table.js';
import { placeOf, rowsIn } from './walk.js';

const CHUNK = 200;
const TIMEOUT_MS = 10_000;

/**
 * Copies what was there before writes were doubled, chunk by chunk, each behind a watermark that is noted with it. The rows of
 * a chunk are locked while it is copied: a writer waits for it and then changes both places, or has changed both before.
 * What is in the new place already came later than the copy, and stays.
 */
export async function copyTable(moving: Moving, source: Source): Promise<void> {
  const { sql, progress, clock, faultPoint, signal } = moving;
  const walk = `copy ${source.table}`;
  let rows = 0;
  for (let after = await progress.watermark(sql.read, walk); after !== 'done';) {
    signal?.throwIfAborted();
    const began = clock.monotonic();
    const chunk = await copyChunk(moving, source, after);
    after = chunk.upTo;
    rows += chunk.rows;
    faultPoint('reshard.copied');
    await clock.sleep(clock.monotonic() - began, signal);
  }
  moving.onProgress({ step: 'copied', table: source.table, rows });
}

interface Chunk {
  readonly rows: number;
  readonly upTo: Watermark | 'done';
}

function copyChunk(moving: Moving, source: Source, after: Watermark | undefined): Promise<Chunk> {
  const { sql, to, progress } = moving;
  const { sharded, table } = source;
  const { base, key } = sharded;
  const numbers = tableNumbers(to);
  return sql.transaction(
    async (tx) => {
      const rows = await forUpdate(rowsIn(tx, table, { key, after }).limit(CHUNK)).execute();
      const byTarget = Map.groupBy(rows, (row) => `${base}_${numbers[shardOfRow(sharded, row) % to.count]}`);
      for (const [target, some] of byTarget) await insertIgnore(tx, target, some, [...key]);
      const last = rows.at(-1);
      const upTo = last && rows.length === CHUNK ? placeOf(key, last) : 'done';
      await progress.advance(tx, `copy ${table}`, upTo);
      return { rows: rows.length, upTo };
    },
    { timeoutMs: TIMEOUT_MS },
  );
}
