import { comment } from '@storey/contracts';
import { commentMigrations, type CommentDb, type IndexTable, type CountTable } from '../src/index.js';
import { openSql, tableFor, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';

export const { CommentState, Reaction } = comment;

export const open = (onStatement: (text: string) => unknown = () => undefined): Promise<Sql<CommentDb>> =>
  openSql<CommentDb>(testDatabaseUrl(), { migrations: commentMigrations, tables: 2, onStatement });

/** In the shard of `video/a`, as every id here. */
export const SUBJECT = { type: 'video', oid: 'a' };

export interface Given extends Partial<Omit<IndexTable & CountTable, 'id' | 'subject_id'>> {
  readonly id: bigint;
}

export async function insertSubject(
  sql: Sql<CommentDb>,
  id: bigint,
  counts: { readonly roots?: bigint; readonly all?: bigint; readonly rootFloor?: bigint } = {},
): Promise<void> {
  const row = {
    id,
    ...SUBJECT,
    state: comment.SubjectState.OPEN,
    policy_mode: 'post_then_review',
    min_level: 0,
    owner_id: 0n,
    title: '',
    url: '',
    roots: counts.roots ?? 0n,
    all_: counts.all ?? 0n,
    root_floor: counts.rootFloor ?? 0n,
    version: 1n,
    pinned_ids: '',
    changed_by: 0n,
    created_at: 1n,
  };
  await sql.transaction((tx) =>
    tx
      .insertInto(tableFor('comment_subject', id, sql.tables))
      .values(row)
      .execute(),
  );
}

export async function insertComment(sql: Sql<CommentDb>, subjectId: bigint, given: Given): Promise<void> {
  const {
    likes = 0n,
    dislikes = 0n,
    replies = 0n,
    reply_floor = 0n,
    score = 0,
    reports = 0n,
    ...rest
  } = given;
  const place = { id: given.id, subject_id: subjectId, root_id: given.root_id ?? 0n };
  const index: IndexTable = {
    parent_id: place.root_id,
    floor: 1n,
    state: CommentState.VISIBLE,
    shown: 1,
    author_id: 9n,
    reply_to_user_id: 0n,
    pinned: 0,
    created_at: 1n,
    edited_at: 0n,
    version: given.id,
    reason_code: '',
    review_reason: '',
    ...rest,
    ...place,
  };
  const count = { ...place, likes, dislikes, replies, reply_floor, score, reports };
  const content = { id: given.id, text: `text ${given.id}`, html: '<p></p>', mentions: '[["5","ann"]]' };
  const { tables } = sql;
  await sql.transaction(async (tx) => {
    await tx
      .insertInto(tableFor('comment_index', given.id, tables))
      .values(index)
      .execute();
    await tx
      .insertInto(tableFor('comment_count', given.id, tables))
      .values(count)
      .execute();
    await tx
      .insertInto(tableFor('comment_content', given.id, tables))
      .values(content)
      .execute();
  });
}
