import { type Transaction } from 'kysely';
import { shardOfSubject, type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { timeOf } from '@storey/ids';
import { shardOf, tableFor, type Tables } from '@storey/sql';
import { readCommand, targetOf, type Command } from '../applying/command.js';
import { rememberAnswer } from '../applying/remember-answer.js';
import { type Thread } from '../applying/thread.js';
import { ParkedRows } from './parked-rows.js';

/** A comment that is not applied only its author can name, by his overlay, which is kept for a day. */
const MAY_COME_MS = 24 * 60 * 60 * 1000;
/** Beyond these a command has the effect that it has without its comment. */
const MAX_PER_COMMENT = 100;
const MAX_PER_TABLE = 10_000;

type Tx = Transaction<CommentDb>;

/** Since the start; a transaction that ran again counts again. */
export interface ParkingCounts {
  parked: number;
  /** Their comment came. */
  released: number;
  /** Their comment did not come in time. */
  ended: number;
  /** There was no room. */
  refused: number;
  /** Given up for a defect. */
  failed: number;
}

/**
 * Commands of one comment may come by two ways, so an edit, a reaction, a deletion or an answer may come before its
 * comment: it is kept, durable, until the comment comes.
 */
export class Parking {
  readonly counts: ParkingCounts = { parked: 0, released: 0, ended: 0, refused: 0, failed: 0 };
  readonly #rows: ParkedRows;
  readonly #tables: Tables;
  readonly #clock: Clock;

  /** @param tables of the `Sql` in use, whose transactions will be given. */
  constructor(tables: Tables, clock: Clock) {
    this.#rows = new ParkedRows(tables);
    this.#tables = tables;
    this.#clock = clock;
  }

  /** @returns whether the command waits from now on; what can't come any more is waited for by nobody. */
  async park(tx: Tx, thread: Thread, command: Command): Promise<boolean> {
    const target = targetOf(command);
    if (target === 0n || thread.find(target) || !(await this.#mayCome(tx, target, command))) return false;
    const { same, all } = await this.#rows.count(tx, target);
    if (same >= MAX_PER_COMMENT || all >= MAX_PER_TABLE) {
      this.counts.refused += 1;
      return false;
    }
    const { id, message, change } = command;
    const { key, value } = message;
    await this.#rows.add(tx, { id, comment_id: target, key, value, parked_at: BigInt(this.#clock.now()) });
    await rememberAnswer(tx, command, this.#clock);
    if (change.case === 'publish') {
      // Its words wait in the command; beside no comment they would pass for left over.
      await tx
        .deleteFrom(tableFor('comment_content', id, this.#tables))
        .where('id', '=', id)
        .execute();
    }
    this.counts.parked += 1;
    return true;
  }

  /** What waited for this comment, in the order of its acceptance; it waits no more. */
  async release(tx: Tx, commentId: bigint): Promise<readonly Command[]> {
    const rows = await this.#rows.takeFor(tx, commentId);
    this.counts.released += rows.length;
    return rows.map((row) => readCommand(row));
  }

  /** @returns whether it still waited. */
  leave(tx: Tx, id: bigint): Promise<boolean> {
    return this.#rows.take(tx, id);
  }

  async #mayCome(tx: Tx, target: bigint, { subject }: Command): Promise<boolean> {
    const age = this.#clock.now() - timeOf(target);
    if (shardOf(target) !== shardOfSubject(subject) || age > MAY_COME_MS) return false;
    const index = tableFor('comment_index', target, this.#tables);
    const foreign = await tx.selectFrom(index).select('id').where('id', '=', target).executeTakeFirst();
    return foreign === undefined;
  }
}
