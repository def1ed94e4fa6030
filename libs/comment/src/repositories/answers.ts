import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

export interface Answer {
  /** What the key was first used for. */
  readonly fingerprint: Uint8Array;
  /** What was answered. */
  readonly response: Uint8Array;
}

/** How answers are found under the idempotency key of a user. */
export const answerScope = (userId: bigint): string => `publish:${userId}`;

/** Answers that the writer stored in the transaction that applied their command. */
export class Answers {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @throws AppError `unavailable` */
  async find(userId: bigint, key: string): Promise<Answer | undefined> {
    const row = await this.#sql.read
      .selectFrom('idempotency')
      .select(['fingerprint', 'response'])
      .where('scope', '=', answerScope(userId))
      .where('key', '=', key)
      .executeTakeFirst();
    return row && { fingerprint: Buffer.from(row.fingerprint, 'base64url'), response: row.response };
  }
}
