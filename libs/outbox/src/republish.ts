import { systemClock, type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { OUTBOX_TAG } from './enqueue.js';
import { ownSql, type OutboxTables } from './tables.js';

const CHUNK = 500;
const CHUNK_TIMEOUT_MS = 5000;

/** Told after each chunk: how many rows were made ready so far. */
export type OnChunk = (total: number) => void;

/**
 * Sends again what was sent at or after `since` (epoch ms), up to now, and is still kept: for a log that lost its tail.
 * Consumers know each message by its `event-id`. @returns how many rows.
 */
export async function republish<DB extends OutboxTables>(
  sql: Sql<DB>,
  since: number,
  { clock = systemClock, onChunk = noticed }: { readonly clock?: Clock; readonly onChunk?: OnChunk } = {},
): Promise<number> {
  const sent = { from: BigInt(since), to: BigInt(clock.now()) };
  return makeReady(ownSql(sql), { state: 'sent', sent }, onChunk);
}

/** Puts every parked row back at the foot of the ladder, once its cause is gone. @returns how many rows. */
export async function releaseParked<DB extends OutboxTables>(
  sql: Sql<DB>,
  onChunk: OnChunk = noticed,
): Promise<number> {
  return makeReady(ownSql(sql), { state: 'parked' }, onChunk);
}

const noticed = (): void => undefined;

type RowId = number | bigint;

interface Selection {
  readonly state: 'sent' | 'parked';
  /** Of when it was sent, both ends included: what is sent after the start is no end of work. */
  readonly sent?: { readonly from: bigint; readonly to: bigint };
}

/** By id from the lowest, each row once: what is sent meanwhile falls behind and is not taken again. */
async function makeReady(sql: Sql<OutboxTables>, selection: Selection, onChunk: OnChunk): Promise<number> {
  let total = 0;
  let ids = await nextIds(sql, selection, 0);
  for (let last = ids.at(-1); last !== undefined; last = ids.at(-1)) {
    await reset(sql, selection.state, ids);
    total += ids.length;
    onChunk(total);
    ids = await nextIds(sql, selection, last);
  }
  return total;
}

async function nextIds(sql: Sql<OutboxTables>, { state, sent }: Selection, after: RowId): Promise<RowId[]> {
  const query = sql.read.selectFrom('outbox').select('id').where('state', '=', state).where('id', '>', after);
  const chosen = sent ? query.where('sent_at', '>=', sent.from).where('sent_at', '<=', sent.to) : query;
  const rows = await chosen.orderBy('id').limit(CHUNK).execute();
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
