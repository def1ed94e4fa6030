import { type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { lowestIdAt } from '@storey/ids';
import { forEachTable, forUpdate, type Sql } from '@storey/sql';

const HOUR_MS = 60 * 60 * 1000;
/** Words of so old a command are written with its comment (`WORDS_ARE_SAFE_MS`), so none that are needed are taken away. */
const OLD_MS = HOUR_MS;
/** Where a process begins: its own death may be what it cleans up after. Then it goes round, a part each time. */
const BEGIN_BEFORE_MS = 24 * HOUR_MS;
const CHUNK = 500;
const MAX_CHUNKS = 20;
const TIMEOUT_MS = 5000;

/** Removes words that no comment has: whoever stored them died before the comment, and it was never applied after that. */
export class OrphanSweep {
  readonly #sql: Sql<CommentDb>;
  readonly #clock: Clock;
  /** By physical table: the last id that was looked at. */
  readonly #seen = new Map<number, bigint>();
  /** Since the start. */
  removed = 0;

  constructor(sql: Sql<CommentDb>, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Looks through 10,000 comments of each table. @throws AppError of an outage. */
  async run(): Promise<void> {
    await forEachTable(this.#sql.tables, async (table) => {
      for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) if (!(await this.#look(table))) break;
    });
  }

  /** @returns false at the end of the table. */
  async #look(table: number): Promise<boolean> {
    const now = this.#clock.now();
    const after = this.#seen.get(table) ?? lowestIdAt(now - BEGIN_BEFORE_MS);
    const rows = await this.#sql.read
      .selectFrom(`comment_content_${table} as c`)
      .leftJoin(`comment_index_${table} as i`, 'i.id', 'c.id')
      .select(['c.id', 'i.id as placed'])
      .where('c.id', '>', after)
      .where('c.id', '<', lowestIdAt(now - OLD_MS))
      .orderBy('c.id')
      .limit(CHUNK)
      .execute();
    const orphans = rows.flatMap(({ id, placed }) => (placed === null ? [id] : []));
    if (orphans.length > 0) await this.#remove(table, orphans);
    const isWhole = rows.length === CHUNK;
    this.#seen.set(table, isWhole ? (rows.at(-1)?.id ?? 0n) : 0n);
    return isWhole;
  }

  /** The words are locked first: a writer that brings them with their comment is waited for, or waits. */
  async #remove(table: number, ids: readonly bigint[]): Promise<void> {
    const content = `comment_content_${table}` as const;
    await this.#sql.transaction(
      async (tx) => {
        await forUpdate(tx.selectFrom(content).select('id').where('id', 'in', ids).orderBy('id')).execute();
        const placed = await tx
          .selectFrom(`comment_index_${table}`)
          .select('id')
          .where('id', 'in', ids)
          .execute();
        const kept = new Set(placed.map(({ id }) => id));
        const orphans = ids.filter((id) => !kept.has(id));
        if (orphans.length > 0) await tx.deleteFrom(content).where('id', 'in', orphans).execute();
        this.removed += orphans.length;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }
}
