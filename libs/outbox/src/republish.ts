import { systemClock, type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { OUTBOX_TAG } from './enqueue.js';
import { ownSql, type OutboxTables } from './tables.js';

/** Of one transaction; with a rate as many as make two a second. */
const MAX_CHUNK = 500;
const CHUNKS_A_SECOND = 2;
const CHUNK_TIMEOUT_MS = 5000;

export interface RepublishOptions {
  readonly clock?: Clock;
  /**
   * Rows made ready a second at most; absent: as fast as it goes. They have lower ids than what is written meanwhile and are
   * sent before it, so that many at once would keep everybody waiting.
   */
  readonly perSecond?: number;
  /** Told after each chunk: how many rows were made ready so far. */
  readonly onChunk?: (total: number) => void;
}

/**
 * Sends again what was sent at or after `since` (epoch ms), up to now, and is still kept: for a log that lost its tail.
 * Consumers know each message by its `event-id`. @returns how many rows.
 */
export async function republish<DB extends OutboxTables>(
  sql: Sql<DB>,
  since: number,
  options: RepublishOptions = {},
): Promise<number> {
  const sent = { from: BigInt(since), to: BigInt((options.clock ?? systemClock).now()) };
  return makeReady(ownSql(sql), { state: 'sent', sent }, options);
}

/** Puts every parked row back at the foot of the ladder, once its cause is gone. @returns how many rows. */
export async function releaseParked<DB extends OutboxTables>(
  sql: Sql<DB>,
  options: RepublishOptions = {},
): Promise<number> {
  return makeReady(ownSql(sql), { state: 'parked' }, options);
}

const noticed = (): void => undefined;

type RowId = number | bigint;

interface Selection {
  readonly state: 'sent' | 'parked';
  /** Of when it was sent, both ends included: what is sent after the start is no end of work. */
  readonly sent?: { readonly from: bigint; readonly to: bigint };
}

/** By id from the lowest, each row once: what is sent meanwhile falls behind and is not taken again. */
async function makeReady(
  sql: Sql<OutboxTables>,
  selection: Selection,
  { clock = systemClock, perSecond = Infinity, onChunk = noticed }: RepublishOptions,
): Promise<number> {
  const limit = Math.min(MAX_CHUNK, Math.max(1, Math.ceil(perSecond / CHUNKS_A_SECOND)));
  const began = clock.monotonic();
  let total = 0;
  let ids = await nextIds(sql, { ...selection, after: 0, limit });
  for (let last = ids.at(-1); last !== undefined; last = ids.at(-1)) {
    const early = began + (total / perSecond) * 1000 - clock.monotonic();
    if (early > 0) await clock.sleep(early);
    await reset(sql, selection.state, ids);
    total += ids.length;
    onChunk(total);
    ids = await nextIds(sql, { ...selection, after: last, limit });
  }
  return total;
}

interface Chunk extends Selection {
  readonly after: RowId;
  readonly limit: number;
}

async function nextIds(
  sql: Sql<OutboxTables>,
  { state, sent, after, limit }: Chunk,
): Promise<readonly RowId[]> {
  const query = sql.read.selectFrom('outbox').select('id').where('state', '=', state).where('id', '>', after);
  const chosen = sent ? query.where('sent_at', '>=', sent.from).where('sent_at', '<=', sent.to) : query;
  const rows = await chosen.orderBy('id').limit(limit).execute();
  return rows.map((row) => row.id);
}

async function reset(
  sql: Sql<OutboxTables>,
  state: Selection['state'],
  ids: readonly RowId[],
): Promise<void> {
  await sql.transaction(
    (tx) =>
      tx
        .updateTable('outbox')
        .set({ state: 'ready', attempts: 0, next_at: 0, sent_at: null })
        .where('id', 'in', ids)
        .where('state', '=', state)
        .execute(),
    { notify: OUTBOX_TAG, timeoutMs: CHUNK_TIMEOUT_MS },
  );
}
