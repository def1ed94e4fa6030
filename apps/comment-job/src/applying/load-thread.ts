import { type Transaction } from 'kysely';
import {
  type CommentDb,
  type ContentTable,
  type ReactionTable,
  type SubjectKey,
  type SubjectTable,
  shardOfSubject,
} from '@storey/comment';
import { forUpdate, tableFor, type Tables } from '@storey/sql';
import { type Command } from './command.js';
import { Thread, type Comment } from './thread.js';

export interface Loading {
  readonly tx: Transaction<CommentDb>;
  /** Physical tables of a sharded one. */
  readonly tables: Tables;
  readonly subject: SubjectKey;
  /** Of this subject. */
  readonly commands: readonly Command[];
  /** For a subject that nobody wrote to before. */
  readonly newSubject: () => SubjectTable;
}

/** Reads, and where several write locks, the rows that these commands may touch. */
export async function loadThread(loading: Loading): Promise<Thread> {
  const known = await subjectRow(loading);
  const subject = known ?? loading.newSubject();
  const comments = known ? await commentRows(loading, known.id) : [];
  const reactions = known ? await reactionRows(loading) : [];
  const thread = new Thread(subject, !known, { comments, reactions });
  for (const content of await toldContents(loading)) thread.contents.set(content.id, content);
  for (const { comment_id, last } of await lastEdits(loading)) thread.lastEdits.set(comment_id, last);
  return thread;
}

function subjectRow({ tx, tables, subject }: Loading): Promise<SubjectTable | undefined> {
  const table = tableFor('comment_subject', shardOfSubject(subject), tables);
  const { type, oid } = subject;
  const query = tx.selectFrom(table).selectAll().where('type', '=', type).where('oid', '=', oid);
  return forUpdate(query).executeTakeFirst();
}

/** What the commands name, and what stands right above that. */
async function commentRows(loading: Loading, subjectId: bigint): Promise<readonly Comment[]> {
  const named = await commentsById(loading, subjectId, new Set(loading.commands.flatMap(namedBy)));
  const present = new Set(named.map(({ index }) => index.id));
  const above = named.flatMap(({ index }) => [index.root_id, index.parent_id]);
  const absent = new Set(above.filter((id) => id !== 0n && !present.has(id)));
  return [...named, ...(await commentsById(loading, subjectId, absent))];
}

function namedBy({ id, change }: Command): readonly bigint[] {
  if (change.case === 'changeSubject') return [];
  if (change.case !== 'publish') return [change.value.commentId];
  return change.value.parentId === 0n ? [id] : [id, change.value.parentId];
}

/**
 * An id of another subject of the same shard is none of ours. Which those are is no condition of the statement: with it
 * SQLite would read the whole subject instead of the rows named.
 */
async function commentsById(
  { tx, tables, subject }: Loading,
  subjectId: bigint,
  ids: ReadonlySet<bigint>,
): Promise<readonly Comment[]> {
  if (ids.size === 0) return [];
  const shard = shardOfSubject(subject);
  const indexes = await tx
    .selectFrom(tableFor('comment_index', shard, tables))
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  const counts = await tx
    .selectFrom(tableFor('comment_count', shard, tables))
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  const countOf = new Map(counts.map((count) => [count.id, count]));
  return indexes.flatMap((index) => {
    const count = countOf.get(index.id);
    return count && index.subject_id === subjectId ? [{ index, count }] : [];
  });
}

async function reactionRows({ tx, tables, subject, commands }: Loading): Promise<readonly ReactionTable[]> {
  const table = tableFor('comment_reaction', shardOfSubject(subject), tables);
  const clicks = commands.flatMap(({ change, actorId }) =>
    change.case === 'react' ? [{ commentId: change.value.commentId, actorId }] : [],
  );
  const rows: ReactionTable[] = [];
  for (const [commentId, on] of Map.groupBy(clicks, (click) => click.commentId)) {
    const users = [...new Set(on.map(({ actorId }) => actorId))];
    const query = tx.selectFrom(table).selectAll().where('comment_id', '=', commentId);
    rows.push(...(await query.where('user_id', 'in', users).execute()));
  }
  return rows;
}

/** The texts that edits will replace, and those that are told of again. */
async function toldContents({ tx, tables, subject, commands }: Loading): Promise<readonly ContentTable[]> {
  const ids = commands.flatMap(({ change }) =>
    change.case === 'edit' || change.case === 'pin' || change.case === 'decide'
      ? [change.value.commentId]
      : [],
  );
  if (ids.length === 0) return [];
  const table = tableFor('comment_content', shardOfSubject(subject), tables);
  return tx.selectFrom(table).selectAll().where('id', 'in', ids).execute();
}

async function lastEdits({ tx, tables, subject, commands }: Loading): Promise<readonly LastEdit[]> {
  const ids = editedBy(commands);
  if (ids.length === 0) return [];
  return tx
    .selectFrom(tableFor('comment_edit', shardOfSubject(subject), tables))
    .select(({ fn }) => ['comment_id', fn.max('id').as('last')])
    .where('comment_id', 'in', ids)
    .groupBy('comment_id')
    .execute();
}

interface LastEdit {
  readonly comment_id: bigint;
  readonly last: bigint;
}

const editedBy = (commands: readonly Command[]): readonly bigint[] => [
  ...new Set(commands.flatMap(({ change }) => (change.case === 'edit' ? [change.value.commentId] : []))),
];
