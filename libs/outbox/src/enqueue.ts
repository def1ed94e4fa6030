import { type Transaction } from 'kysely';
import { systemClock, type Clock } from '@storey/context';
import { partitionOf, type NewMessage } from '@storey/events';
import { BUCKETS } from './migrations.js';
import { ownTables, type OutboxTables } from './tables.js';

/** A header `event-id` of its own is kept: for what may come by another way too. */
export interface OutboxMessage extends NewMessage {
  readonly topic: string;
}

/** A row has ten values; what one statement may take is bounded. */
const ROWS_PER_STATEMENT = 500;

/**
 * Writes messages in the transaction of what they tell of: both happen or neither does. Give `notify: OUTBOX_TAG` to
 * `sql.transaction`, so that the relay sets out at once.
 *
 * Messages of one key go out in the order of their row ids. Where several transactions write at a time (MySQL), that
 * is the order of commit only if writers of one key exclude each other: hold the row lock of the key's aggregate.
 */
export async function enqueue<DB extends OutboxTables>(
  tx: Transaction<DB>,
  messages: readonly OutboxMessage[],
  clock: Clock = systemClock,
): Promise<void> {
  const rows = messages.map(({ topic, key, value, headers = {} }) => ({
    bucket: partitionOf(key, BUCKETS),
    topic,
    key,
    value,
    headers: JSON.stringify(headers),
    created_at: clock.now(),
    attempts: 0,
    next_at: 0,
    state: 'ready' as const,
    sent_at: null,
  }));
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const chunk = rows.slice(start, start + ROWS_PER_STATEMENT);
    await ownTables(tx).insertInto('outbox').values(chunk).execute();
  }
}

/** The commit tag that wakes relays. */
export const OUTBOX_TAG = 'outbox';
