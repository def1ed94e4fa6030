import { comment } from '@storey/contracts';
import { sql as raw, type RawBuilder, type Transaction } from 'kysely';
import { forUpdate, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { SCORE } from '../find-comment-faults.js';

const { CommentState, Reaction } = comment;
const VISIBLE = raw.lit(CommentState.VISIBLE);
const DELETED = raw.lit(CommentState.DELETED);
const TIMEOUT_MS = 5000;

type Tx = Transaction<CommentDb>;

/** Counts anew what is kept of one comment. The row of its subject is locked, as the writer of comments does. */
export async function recountComment(sql: Sql<CommentDb>, n: number, id: bigint): Promise<void> {
  await inSubject(sql, async (tx) => {
    const own = tx.selectFrom(`comment_index_${n}`).select('subject_id').where('id', '=', id);
    const row = await own.executeTakeFirst();
    if (!row) return;
    await lock(tx, n, row.subject_id);
    await count(tx, n, id);
  });
}

/** Counts anew the visible comments of one subject, those under a root that is shown or a tombstone. */
export async function recountSubject(sql: Sql<CommentDb>, n: number, id: bigint): Promise<void> {
  const visible = raw`from ${index(n)} i left join ${index(n)} p on p.id = i.root_id where i.subject_id = ${id}
    and i.state = ${VISIBLE} and (i.root_id = 0 or p.state in (${VISIBLE}, ${DELETED}))`;
  await inSubject(sql, async (tx) => {
    await lock(tx, n, id);
    await raw`update ${raw.table(`comment_subject_${n}`)} set all_ = (select count(*) ${visible}),
      roots = (select count(*) ${visible} and i.root_id = 0) where id = ${id}`.execute(tx);
  });
}

async function count(tx: Tx, n: number, id: bigint): Promise<void> {
  const counts = raw.table(`comment_count_${n}`);
  const reactions = raw.table(`comment_reaction_${n}`);
  const votes = (value: number): RawBuilder<unknown> =>
    raw`(select count(*) from ${reactions} where comment_id = ${id} and value = ${raw.lit(value)})`;
  const below = (by: string): RawBuilder<unknown> =>
    raw`(select count(*) from ${index(n)} where ${raw.ref(by)} = ${id} and root_id <> 0 and state = ${VISIBLE})`;
  await raw`update ${counts} set likes = ${votes(Reaction.LIKE)}, dislikes = ${votes(Reaction.DISLIKE)},
    replies = case when root_id = 0 then ${below('root_id')} else ${below('parent_id')} end
    where id = ${id}`.execute(tx);
  const { rows } = await raw<{ score: number; shown: bigint }>`select
    case when i.state = ${VISIBLE} and c.likes > 0 then ${SCORE} else 0 end as score,
    case when i.state = ${VISIBLE} or (i.state = ${DELETED} and c.replies > 0) then 1 else 0 end as shown
    from ${counts} c join ${index(n)} i on i.id = c.id where c.id = ${id}`.execute(tx);
  const [row] = rows;
  if (!row) return; // its counts are lost, which is told of by a rule of its own
  await tx.updateTable(`comment_count_${n}`).set({ score: row.score }).where('id', '=', id).execute();
  const shown = Number(row.shown);
  await tx.updateTable(`comment_index_${n}`).set({ shown }).where('id', '=', id).execute();
}

const index = (n: number): RawBuilder<unknown> => raw.table(`comment_index_${n}`);

const inSubject = (sql: Sql<CommentDb>, work: (tx: Tx) => Promise<void>): Promise<void> =>
  sql.transaction(work, { timeoutMs: TIMEOUT_MS });

async function lock(tx: Tx, n: number, subjectId: bigint): Promise<void> {
  await forUpdate(tx.selectFrom(`comment_subject_${n}`).select('id').where('id', '=', subjectId)).execute();
}
