import { type Sql } from '@storey/sql';
import { OUTBOX_TAG } from './enqueue.js';
import { ownSql, type OutboxTables } from './tables.js';

const CHUNK = 500;
const CHUNK_TIMEOUT_MS = 5000;

/**
 * Sends again what was sent at or after `since` (epoch ms) and is still kept: for a log that lost its tail. Consumers
 * know each message by its `event-id`. @returns how many rows.
 */
export async function republish<DB extends OutboxTables>(sql: Sql<DB>, since: number): Promise<number> {
  return makeReady(ownSql(sql), { state: 'sent', since: BigInt(since) });
}

/** Puts every parked row back at the foot of the ladder, once its cause is gone. @returns how many rows. */
export async function releaseParked<DB extends OutboxTables>(sql: Sql<DB>): Promise<number> {
  return makeReady(ownSql(sql), { state: 'parked' });
}

type RowId = number | bigint;

interface Selection {
  readonly state: 'sent' | 'parked';
  readonly since?: bigint;
}

/** By id from the lowest, each row once: what is sent meanwhile falls behind and is not taken again. */
async function makeReady(sql: Sql<OutboxTables>, selection: Selection): Promise<number> {
  let total = 0;
  let ids = await nextIds(sql, selection, 0);
  for (let last = ids.at(-1); last !== undefined; last = ids.at(-1)) {
    await reset(sql, selection.state, ids);
    total += ids.length;
    ids = await nextIds(sql, selection, last);
  }
  return total;
}

async function nextIds(sql: Sql<OutboxTables>, { state, since }: Selection, after: RowId): Promise<RowId[]> {
  const query = sql.read.selectFrom('outbox').select('id').where('state', '=', state).where('id', '>', after);
  const recent = since === undefined ? query : query.where('sent_at', '>=', since);
  const rows = await recent.orderBy('id').limit(CHUNK).execute();
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
