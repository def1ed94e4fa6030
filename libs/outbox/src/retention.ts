import { AppError } from '@storey/errors';
import { systemClock, type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { ownSql, type OutboxTables } from './tables.js';

const HOUR_MS = 3_600_000;
const CHUNK = 500;
/** A pass ends here; what is left is for the next one. */
const MAX_CHUNKS = 200;
const CHUNK_TIMEOUT_MS = 5000;

export interface Retention {
  /** Sent rows, for publishing them again. Default 48 h. */
  readonly outboxMs: number;
  /** Which messages were applied. Default 8 days; longer than any topic that is consumed. */
  readonly inboxMs: number;
  /** Default 24 h. */
  readonly idempotencyMs: number;
}

export const DEFAULT_RETENTION: Retention = {
  outboxMs: 48 * HOUR_MS,
  inboxMs: 8 * 24 * HOUR_MS,
  idempotencyMs: 24 * HOUR_MS,
};

/**
 * A message that comes again after its note was cut takes effect twice, so notes live longer than messages.
 * @throws AppError `internal`; do not start then.
 */
export function checkInboxRetention(inboxMs: number, topicMs: number): void {
  if (inboxMs > topicMs) return;
  throw new AppError({
    kind: 'internal',
    code: 'INBOX_RETENTION_TOO_SHORT',
    message: `Applied messages are remembered for ${inboxMs} ms, but topics keep them for ${topicMs} ms.`,
  });
}

/**
 * Removes what is older than `retention`, in small transactions, before each of which `pace` may hold it up or, by what it
 * throws, end it. Never what is ready or parked. @returns rows removed.
 */
export async function cutOld<DB extends OutboxTables>(
  sql: Sql<DB>,
  retention: Retention = DEFAULT_RETENTION,
  clock: Clock = systemClock,
  pace: () => Promise<void> | void = () => undefined,
): Promise<number> {
  const own = ownSql(sql);
  const now = clock.now();
  const outbox = await inChunks(() => cutOutbox(own, BigInt(now - retention.outboxMs)), pace);
  const inbox = await inChunks(() => cutInbox(own, BigInt(now - retention.inboxMs)), pace);
  const answers = await inChunks(() => cutIdempotency(own, BigInt(now - retention.idempotencyMs)), pace);
  return outbox + inbox + answers;
}

async function inChunks(cut: () => Promise<number>, pace: () => Promise<void> | void): Promise<number> {
  let total = 0;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    await pace();
    const rows = await cut();
    total += rows;
    if (rows < CHUNK) break;
  }
  return total;
}

async function cutOutbox(sql: Sql<OutboxTables>, before: bigint): Promise<number> {
  const rows = await sql.read
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'sent')
    .where('sent_at', '<', before)
    .limit(CHUNK)
    .execute();
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return 0;
  await sql.transaction(
    (tx) => tx.deleteFrom('outbox').where('id', 'in', ids).where('state', '=', 'sent').execute(),
    {
      timeoutMs: CHUNK_TIMEOUT_MS,
    },
  );
  return ids.length;
}

async function cutInbox(sql: Sql<OutboxTables>, before: bigint): Promise<number> {
  const rows = await sql.read
    .selectFrom('message_apply')
    .select(['consumer', 'message_id'])
    .where('applied_at', '<', before)
    .limit(CHUNK)
    .execute();
  await sql.transaction(
    async (tx) => {
      for (const [consumer, notes] of Map.groupBy(rows, (row) => row.consumer)) {
        const ids = notes.map((note) => note.message_id);
        const ofConsumer = tx.deleteFrom('message_apply').where('consumer', '=', consumer);
        await ofConsumer.where('message_id', 'in', ids).execute();
      }
    },
    { timeoutMs: CHUNK_TIMEOUT_MS },
  );
  return rows.length;
}

async function cutIdempotency(sql: Sql<OutboxTables>, before: bigint): Promise<number> {
  const rows = await sql.read
    .selectFrom('idempotency')
    .select(['scope', 'key'])
    .where('created_at', '<', before)
    .limit(CHUNK)
    .execute();
  await sql.transaction(
    async (tx) => {
      for (const [scope, answers] of Map.groupBy(rows, (row) => row.scope)) {
        const keys = answers.map((answer) => answer.key);
        await tx.deleteFrom('idempotency').where('scope', '=', scope).where('key', 'in', keys).execute();
      }
    },
    { timeoutMs: CHUNK_TIMEOUT_MS },
  );
  return rows.length;
}
