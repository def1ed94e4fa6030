import { type Transaction } from 'kysely';
import { AppError } from '@storey/errors';
import { upsert } from '@storey/sql';
import { sql } from 'kysely';
import { ownTables, type ScheduleTables } from '../tables.js';

/** The commit tag that wakes the timers of this process. */
export const TIMERS_TAG = 'timers';

const MAX_PAYLOAD_BYTES = 64 * 1024;

export interface Timer {
  /** Unique in its database, at most 96 characters. */
  readonly id: string;
  /** Which handler it is for, at most 64 characters. */
  readonly kind: string;
  /** Wall clock, epoch ms. */
  readonly at: number;
  /** At most 64 KiB. */
  readonly payload: Uint8Array;
}

/**
 * Writes down that something is to be done later, in the transaction of what it follows from: both happen or neither
 * does. One that is there already is set anew. Give `notify: TIMERS_TAG` to `sql.transaction` when it is due soon.
 */
export async function scheduleTimer<DB extends ScheduleTables>(
  tx: Transaction<DB>,
  { id, kind, at, payload }: Timer,
): Promise<void> {
  if (payload.byteLength > MAX_PAYLOAD_BYTES) throw tooLarge(id);
  const given = { kind, due_at: at, next_at: at, payload, owner: '', attempts: 0, last_error: '' };
  await upsert(
    ownTables(tx),
    'timer',
    { id, ...given, epoch: 1n },
    {
      key: ['id'],
      set: ({ incoming, current }) => ({
        kind: incoming('kind'),
        due_at: incoming('due_at'),
        next_at: incoming('next_at'),
        payload: incoming('payload'),
        owner: incoming('owner'),
        attempts: incoming('attempts'),
        last_error: incoming('last_error'),
        epoch: sql`${current('epoch')} + 1`,
      }),
    },
  );
}

/**
 * @returns whether it was still there: then it will not go off. A handler outside of the database may have begun, though.
 */
export async function cancelTimer<DB extends ScheduleTables>(
  tx: Transaction<DB>,
  id: string,
): Promise<boolean> {
  const { numDeletedRows } = await ownTables(tx)
    .deleteFrom('timer')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

const tooLarge = (id: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'TIMER_TOO_LARGE',
    message: `The payload of the timer ${id} is larger than ${MAX_PAYLOAD_BYTES} bytes.`,
  });
