import { type Transaction } from 'kysely';
import { COMMANDS_TOPIC, type CommentDb, type ParkedTable } from '@storey/comment';
import { tableFor, type Sql, type Tables } from '@storey/sql';

type Tx = Transaction<CommentDb>;

/** Commands that wait for their comment, as rows in the shard of the comment. */
export class ParkedRows {
  constructor(private readonly tables: Tables) {}

  async add(tx: Tx, row: ParkedTable): Promise<void> {
    await tx.insertInto(this.#tableOf(row.id)).values(row).execute();
  }

  /** Takes away those that wait for a comment. @returns them by id, lowest first. */
  async takeFor(tx: Tx, commentId: bigint): Promise<readonly ParkedTable[]> {
    const table = this.#tableOf(commentId);
    const waiting = tx.selectFrom(table).selectAll().where('comment_id', '=', commentId);
    const rows = await waiting.orderBy('id').execute();
    if (rows.length > 0) await tx.deleteFrom(table).where('comment_id', '=', commentId).execute();
    return rows;
  }

  /** @returns whether it was there. */
  async take(tx: Tx, id: bigint): Promise<boolean> {
    const { numDeletedRows } = await tx
      .deleteFrom(this.#tableOf(id))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** Lets it wait as long again. */
  async renew(tx: Tx, id: bigint, parkedAt: number): Promise<void> {
    const set = { parked_at: BigInt(parkedAt) };
    await tx.updateTable(this.#tableOf(id)).set(set).where('id', '=', id).execute();
  }

  /** How many wait for a comment, and beside it. */
  async count(tx: Tx, commentId: bigint): Promise<{ readonly same: number; readonly all: number }> {
    const table = this.#tableOf(commentId);
    const all = tx.selectFrom(table).select(({ fn }) => fn.countAll<bigint>().as('n'));
    const [one, every] = [
      await all.where('comment_id', '=', commentId).executeTakeFirstOrThrow(),
      await all.executeTakeFirstOrThrow(),
    ];
    return { same: Number(one.n), all: Number(every.n) };
  }

  /** Those of one physical table that were parked at `until` or before, oldest first. */
  due({ read }: Sql<CommentDb>, table: number, until: number, limit: number): Promise<ParkedTable[]> {
    return read
      .selectFrom(`comment_parked_${table}`)
      .selectAll()
      .where('parked_at', '<=', BigInt(until))
      .orderBy('parked_at')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  #tableOf(id: bigint): `comment_parked_${number}` {
    return tableFor('comment_parked', id, this.tables);
  }
}

/** Whether a command of this key lies in the outbox, where the intake leaves it while the log is away. */
export async function waitsAtSecondDoor(tx: Tx, key: string): Promise<boolean> {
  const row = await tx
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'ready')
    .where('topic', '=', COMMANDS_TOPIC)
    .where('key', '=', key)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
