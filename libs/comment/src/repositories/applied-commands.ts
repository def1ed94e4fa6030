import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { WRITER_GROUP } from '../topics.js';

/** Of one statement. */
const CHUNK = 500;

/** What the writer has taken: applied, or parked until the comment comes that it waits for. Remembered for eight days. */
export class AppliedCommands {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @returns those of `ids` that it has. @throws AppError `unavailable` */
  async among(ids: readonly bigint[]): Promise<ReadonlySet<bigint>> {
    const applied = new Set<bigint>();
    for (let start = 0; start < ids.length; start += CHUNK) {
      const rows = await this.#sql.read
        .selectFrom('message_apply')
        .select('message_id')
        .where('consumer', '=', WRITER_GROUP)
        .where('message_id', 'in', ids.slice(start, start + CHUNK).map(String))
        .execute();
      for (const row of rows) applied.add(BigInt(row.message_id));
    }
    return applied;
  }
}
