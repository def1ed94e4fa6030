import { type Transaction } from 'kysely';
import { AppError } from '@storey/errors';
import { systemClock, type Clock } from '@storey/context';
import { insertIgnore } from '@storey/sql';
import { ownTables, type OutboxTables } from './tables.js';

export interface Incoming {
  /** The consumer group; each applies a message once. */
  readonly consumer: string;
  /** Header `event-id`, at most 96 characters. */
  readonly messageId: string;
  /** Hash of the content, at most 64 characters. */
  readonly digest: string;
}

/**
 * Runs `effect` in `tx` unless this message was applied before. The note of it is written first and in the same
 * transaction: of two deliveries at the same time one waits for the other or fails with it.
 *
 * @returns whether the effect ran.
 * @throws AppError `internal` when the id is known with another content: two messages share an id, an alarm.
 */
export async function applyOnce<DB extends OutboxTables>(
  tx: Transaction<DB>,
  { consumer, messageId, digest }: Incoming,
  effect: () => Promise<void>,
  clock: Clock = systemClock,
): Promise<boolean> {
  const own = ownTables(tx);
  const row = { consumer, message_id: messageId, digest, applied_at: clock.now() };
  if ((await insertIgnore(own, 'message_apply', row, ['consumer', 'message_id'])) === 1) {
    await effect();
    return true;
  }
  const known = await own
    .selectFrom('message_apply')
    .select('digest')
    .where('consumer', '=', consumer)
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();
  if (known.digest !== digest) throw sameIdOtherContent(messageId);
  return false;
}

const sameIdOtherContent = (messageId: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'INBOX_ID_REUSED',
    message: `Message ${messageId} came again with another content.`,
  });
