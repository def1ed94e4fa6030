import { commentMigrations, encodeMentions, render, shardOfSubject } from '@storey/comment';
import { comment } from '@storey/contracts';
import { EPOCH_MS } from '@storey/ids';
import { openSql, tableFor } from '@storey/sql';

const { CommentState, SubjectState } = comment;

/** Rows of one statement, and of one transaction. */
const STATEMENT = 400;
const TRANSACTION = 4000;
/** Of comments: as many as the systems were measured with that performance is compared to. */
const ROOTS = { of: 5, are: 3 };
/** A reply goes to one of so many newest roots. */
const ALIVE = 50;
/** No instance that leases its worker number gets the last one. */
const WORKER = 255n << 12n;
const TRANSACTION_MS = 60_000;

/**
 * Writes whole subjects into the tables of comments, past the writer, as it would have left them: 60 % roots, gapless floors,
 * replies under roots that were new when they came.
 * @param {string} url of the database, whose tables must not be in use by a process of the embedded form.
 * @param {{oid: string, comments: number}[]} subjects of type `video`.
 * @param {readonly bigint[]} authors who wrote them, in turn.
 * @returns {Promise<Map<string, {roots: number}>>} by oid.
 */
export async function fillSubjects(url, subjects, authors) {
  const sql = await openSql(url, { migrations: commentMigrations, migrate: 'run' });
  try {
    const filled = new Map();
    for (const { oid, comments } of subjects) {
      const subject = new NewSubject({ type: 'video', oid }, comments, authors);
      await write(sql, subject);
      filled.set(oid, { roots: subject.roots });
    }
    return filled;
  } finally {
    await sql.close();
  }
}

async function write(sql, subject) {
  const tables = Object.fromEntries(
    ['comment_index', 'comment_content', 'comment_count'].map((base) => [
      base,
      tableFor(base, subject.id, sql.tables),
    ]),
  );
  for (let rows = subject.take(TRANSACTION); rows; rows = subject.take(TRANSACTION)) {
    await sql.transaction(
      async (tx) => {
        for (const [base, table] of Object.entries(tables)) {
          for (let at = 0; at < rows[base].length; at += STATEMENT) {
            await tx
              .insertInto(table)
              .values(rows[base].slice(at, at + STATEMENT))
              .execute();
          }
        }
      },
      { timeoutMs: TRANSACTION_MS },
    );
  }
  await sql.transaction((tx) =>
    tx
      .insertInto(tableFor('comment_subject', subject.id, sql.tables))
      .values(subject.row())
      .execute(),
  );
}

/** The rows of one subject, made as they are asked for. */
class NewSubject {
  #made = 0;
  #alive = [];
  roots = 0;

  constructor(key, comments, authors) {
    this.key = key;
    this.comments = comments;
    this.authors = authors;
    this.shard = BigInt(shardOfSubject(key));
    // A comment a millisecond, the last of them an hour ago.
    this.beganAt = Date.now() - 3_600_000 - comments;
    this.id = this.#idAt(-1);
  }

  /** The rows of the next comments; none when all are made. Of roots that can still get replies the counts come later. */
  take(count) {
    const until = Math.min(this.comments, this.#made + count);
    const last = this.#made < this.comments && until === this.comments;
    if (this.#made === until) return undefined;
    const rows = { comment_index: [], comment_content: [], comment_count: [] };
    for (; this.#made < until; this.#made += 1) this.#add(this.#made, rows);
    if (last) rows.comment_count.push(...this.#alive.splice(0));
    return rows;
  }

  #add(n, rows) {
    const id = this.#idAt(n);
    const isRoot = this.#alive.length === 0 || (n * ROOTS.are) % ROOTS.of < ROOTS.are;
    const root = isRoot ? undefined : this.#alive[(n * 7919) % this.#alive.length];
    const floor = root ? (root.reply_floor += 1n) : BigInt((this.roots += 1));
    const rootId = root?.id ?? 0n;
    if (root) root.replies += 1n;
    const count = {
      id,
      subject_id: this.id,
      root_id: rootId,
      likes: 0n,
      dislikes: 0n,
      replies: 0n,
      reply_floor: 0n,
      score: 0,
    };
    if (root) rows.comment_count.push(count);
    else {
      this.#alive.push(count);
      if (this.#alive.length > ALIVE) rows.comment_count.push(this.#alive.shift());
    }
    const text =
      `Comment ${n} says: ${'the quick brown fox jumps over the lazy dog, '.repeat(1 + (n % 3))}`.trim();
    rows.comment_index.push(this.#place(id, n, rootId, floor));
    rows.comment_content.push({ id, text, html: render(text, []), mentions: encodeMentions([]) });
  }

  #place(id, n, rootId, floor) {
    return {
      id,
      subject_id: this.id,
      root_id: rootId,
      parent_id: rootId,
      floor,
      state: CommentState.VISIBLE,
      shown: 1,
      author_id: this.authors[n % this.authors.length],
      reply_to_user_id: 0n,
      pinned: 0,
      created_at: BigInt(this.beganAt + n),
      edited_at: 0n,
      version: id,
      reason_code: '',
    };
  }

  row() {
    return {
      id: this.id,
      ...this.key,
      state: SubjectState.OPEN,
      policy_mode: 'post_then_review',
      min_level: 0,
      owner_id: 0n,
      title: '',
      url: '',
      roots: BigInt(this.roots),
      all_: BigInt(this.comments),
      root_floor: BigInt(this.roots),
      version: BigInt(this.comments),
      created_at: BigInt(this.beganAt),
    };
  }

  #idAt(n) {
    return (BigInt(this.beganAt + n - EPOCH_MS) << 22n) | WORKER | this.shard;
  }
}
