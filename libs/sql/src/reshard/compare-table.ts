import { AppError } from '@storey/errors';
import { createHash } from 'node:crypto';
import { sql as raw, type Transaction } from 'kysely';
import { forUpdate } from '../writes.js';
import { type Moving, type Source } from './moving.js';
import { type Watermark } from './progress.js';
import { shardSql, type AnyDb, type Row } from './sharded-table.js';
import { placeOf, rowsIn } from './walk.js';

const RANGE = 200;
const TIMEOUT_MS = 10_000;
/** A row that is new since the range was locked is in the new place only, for one look. */
const LOOKS = 5;

/**
 * Compares an old table with the new ones, range by range: as many rows, and the same checksum of them.
 * @throws AppError `internal`, code `SQL_RESHARD_DIFFERS`, for what still differs at the fifth look.
 */
export async function compareTable(moving: Moving, source: Source): Promise<void> {
  const { sql, progress, clock, signal } = moving;
  const walk = `compare ${source.table}`;
  let rows = 0;
  let looks = 0;
  for (let after = await progress.watermark(sql.read, walk); after !== 'done';) {
    signal?.throwIfAborted();
    const began = clock.monotonic();
    const range = await compareRange(moving, source, after);
    looks = range.same ? 0 : looks + 1;
    if (looks === LOOKS) throw differs(source.table, after);
    if (range.same) {
      after = range.upTo;
      rows += range.rows;
    }
    await clock.sleep(clock.monotonic() - began, signal);
  }
  moving.onProgress({ step: 'compared', table: source.table, rows });
}

interface Compared {
  readonly same: boolean;
  readonly rows: number;
  readonly upTo: Watermark | 'done';
}

function compareRange(
  { sql, progress }: Moving,
  source: Source,
  after: Watermark | undefined,
): Promise<Compared> {
  const { key } = source.sharded;
  return sql.transaction(
    async (tx) => {
      const rows = await forUpdate(rowsIn(tx, source.table, { key, after }).limit(RANGE)).execute();
      const last = rows.at(-1);
      const upTo = last && rows.length === RANGE ? placeOf(key, last) : undefined;
      const copies = await copiesOf(tx, source, { after, upTo, limit: rows.length + 1 });
      const same = checksum(rows) === checksum(copies);
      if (same) await progress.advance(tx, `compare ${source.table}`, upTo ?? 'done');
      return { same, rows: rows.length, upTo: upTo ?? 'done' };
    },
    { timeoutMs: TIMEOUT_MS },
  );
}

interface Between {
  readonly after: Watermark | undefined;
  readonly upTo: Watermark | undefined;
  readonly limit: number;
}

/** What the new tables have of this one; they may have rows of others, too. */
async function copiesOf(
  tx: Transaction<AnyDb>,
  { sharded, place, sources, targets }: Source,
  { after, upTo, limit }: Between,
): Promise<readonly Row[]> {
  const copies: Row[] = [];
  for (const target of targets) {
    const range = rowsIn(tx, target, { key: sharded.key, after, upTo });
    const mine = range.where(raw<boolean>`${shardSql(sharded)} % ${raw.lit(sources)} = ${raw.lit(place)}`);
    copies.push(...(await mine.limit(limit).execute()));
  }
  return copies;
}

/** Of any number of rows in any order: how many, and the sum of their hashes. */
function checksum(rows: readonly Row[]): string {
  const sum = rows.reduce((total, row) => BigInt.asUintN(64, total + hashOf(row)), 0n);
  return `${rows.length} ${sum}`;
}

function hashOf(row: Row): bigint {
  const hash = createHash('sha256');
  for (const [column, value] of Object.entries(row)) {
    hash
      .update(`${column}:${typeof value}:`)
      .update(value instanceof Uint8Array ? value : `${value as bigint}`);
    hash.update('\0');
  }
  return hash.digest().readBigUInt64BE();
}

const differs = (table: string, after: Watermark | undefined): AppError =>
  new AppError({
    kind: 'internal',
    code: 'SQL_RESHARD_DIFFERS',
    message: `The copy of ${table} differs behind (${after?.join(', ') ?? 'the beginning'}): abort it and find out why.`,
  });
