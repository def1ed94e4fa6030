import { AppError } from '@storey/errors';
import { insertIgnore, tableFor, tableNumbers, type Sql } from '@storey/sql';
import { type Transaction } from 'kysely';
import { type CommentDb, type TipTable } from '../comment-db.js';
import { addNotices, type NotificationRecord } from './notifications.js';

/** Rows removed by one statement, and statements of one `cut` for each table; what is left is for the next. */
const CUT = 500;
const MAX_CUTS = 20;

export type TipRecord = Readonly<TipTable>;

type TipTableName = `comment_tip_${number}`;

/** The tip's id, and the comment's, which leads to its shard. */
export type TipKey = Pick<TipRecord, 'tip_id' | 'comment_id'>;

/**
 * This side of tips (try, confirm, cancel; Helland's tentative operations). Each step may come twice, late, or without
 * the one before it: what was cancelled stays so, also where the try that it takes back is still on its way.
 */
export class Tips {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @throws AppError `unavailable` */
  async find({ tip_id, comment_id }: TipKey): Promise<TipRecord | undefined> {
    const query = this.#sql.read.selectFrom(this.#table(comment_id)).selectAll();
    return query.where('tip_id', '=', tip_id).executeTakeFirst();
  }

  /** Notes a tip down. One that is there is left as it is. @returns what is there then. */
  async try(tip: TipRecord): Promise<TipRecord> {
    return this.#sql.transaction(async (tx) => {
      await insertIgnore(tx, this.#table(tip.comment_id), tip, ['tip_id']);
      return this.#within(tx, tip);
    });
  }

  /** Tells the author of it, the first time. @throws AppError `conflict` for one that was cancelled or never tried. */
  async confirm(tip: TipKey, noticeOf: (tip: TipRecord) => NotificationRecord): Promise<void> {
    await this.#sql.transaction(async (tx) => {
      const turned = await this.#turn(tx, tip, 'confirmed');
      const now = await this.#within(tx, tip);
      if (now.state !== 'confirmed') throw contradiction(now);
      if (turned) await addNotices(tx, [noticeOf(now)], this.#sql.tables);
    });
  }

  /** Also of one that was never tried: its try will be refused. @throws AppError `conflict` for one that was confirmed. */
  async cancel(tip: TipKey, at: number): Promise<void> {
    const untried: TipRecord = {
      ...tip,
      from_user_id: 0n,
      author_id: 0n,
      state: 'cancelled',
      at: BigInt(at),
    };
    await this.#sql.transaction(async (tx) => {
      await insertIgnore(tx, this.#table(tip.comment_id), untried, ['tip_id']);
      await this.#turn(tx, tip, 'cancelled');
      const now = await this.#within(tx, tip);
      if (now.state !== 'cancelled') throw contradiction(now);
    });
  }

  /**
   * Removes those that have ended and were tried before `before`, epoch ms; what was only tried stays until it is decided. Ids
   * rise with time, so those with the lowest are looked at. @param pace waited for before each statement that removes.
   * @returns how many.
   */
  async cut(before: number, pace: () => Promise<unknown> = () => Promise.resolve()): Promise<number> {
    let total = 0;
    for (const n of tableNumbers(this.#sql.tables))
      total += await this.#cutTable(`comment_tip_${n}`, before, pace);
    return total;
  }

  async #cutTable(table: TipTableName, before: number, pace: () => Promise<unknown>): Promise<number> {
    let total = 0;
    for (let cuts = 0; cuts < MAX_CUTS; cuts += 1) {
      const columns = ['tip_id', 'state', 'at'] as const;
      const first = await this.#sql.read
        .selectFrom(table)
        .select(columns)
        .orderBy('tip_id')
        .limit(CUT)
        .execute();
      const old = first.filter(({ state, at }) => state !== 'tried' && at < BigInt(before));
      if (old.length === 0) break;
      await pace();
      const ids = old.map(({ tip_id }) => tip_id);
      await this.#sql.transaction((tx) => tx.deleteFrom(table).where('tip_id', 'in', ids).execute());
      total += ids.length;
    }
    return total;
  }

  async #turn(tx: Transaction<CommentDb>, tip: TipKey, state: TipRecord['state']): Promise<boolean> {
    const tried = tx.updateTable(this.#table(tip.comment_id)).set({ state }).where('tip_id', '=', tip.tip_id);
    return (await tried.where('state', '=', 'tried').executeTakeFirstOrThrow()).numUpdatedRows > 0n;
  }

  async #within(tx: Transaction<CommentDb>, { tip_id, comment_id }: TipKey): Promise<TipRecord> {
    const query = tx.selectFrom(this.#table(comment_id)).selectAll().where('tip_id', '=', tip_id);
    const found = await query.executeTakeFirst();
    if (!found) throw contradiction();
    return found;
  }

  #table(commentId: bigint): TipTableName {
    return tableFor('comment_tip', commentId, this.#sql.tables);
  }
}

/** Of what the coordinator decided one way and tells the other way: a defect of its. */
const contradiction = (tip?: TipRecord): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'COMMENT_TIP_CONTRADICTED',
    message: tip ? `This tip was ${tip.state}.` : 'This tip was never tried.',
  });
