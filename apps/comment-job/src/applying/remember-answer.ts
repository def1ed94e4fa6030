import { type Transaction } from 'kysely';
import { answerScope, type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { insertIgnore } from '@storey/sql';
import { type Command } from './command.js';

/** For twins of a comment that come when the intake's own memory is lost. */
export async function rememberAnswer(
  tx: Transaction<CommentDb>,
  { actorId, change }: Command,
  clock: Clock,
): Promise<void> {
  if (change.case !== 'publish' || change.value.idempotencyKey === '') return;
  const { idempotencyKey, idempotencyFingerprint, idempotencyResponse } = change.value;
  const row = {
    scope: answerScope(actorId),
    key: idempotencyKey,
    fingerprint: Buffer.from(idempotencyFingerprint).toString('base64url'),
    response: idempotencyResponse,
    created_at: clock.now(),
  };
  await insertIgnore(tx, 'idempotency', row, ['scope', 'key']);
}
