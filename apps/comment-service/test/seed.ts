import {
  commentMigrations,
  shardOfSubject,
  subjectKey,
  type CommentDb,
  type SubjectKey,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { type Platform } from '@storey/service';
import { tableFor, type Sql } from '@storey/sql';

const { CommentState, SubjectState } = comment;

export interface Seeded {
  readonly subject: SubjectKey;
  readonly roots: number;
  /** Under each root. */
  readonly replies: number;
}

/** A subject with comments as the writer leaves them, without waiting for it. */
export async function seed(platform: Platform, { subject, roots, replies }: Seeded): Promise<void> {
  const sql = await platform.ports.sql<CommentDb>('comment', commentMigrations);
  const shard = BigInt(shardOfSubject(subject));
  const base = BigInt([...subjectKey(subject)].reduce((sum, each) => sum * 31 + each.charCodeAt(0), 7) % 1e9);
  let last = base * 1_000_000n;
  const nextId = (): bigint => (last += 1n) * 64n + shard;
  const subjectId = nextId();
  await insertSubject(sql, {
    id: subjectId,
    ...subject,
    roots: BigInt(roots),
    all: BigInt(roots * (1 + replies)),
  });
  const rows: Row[] = [];
  for (let floor = 1; floor <= roots; floor += 1) {
    const root = { id: nextId(), rootId: 0n, floor, replies };
    rows.push(root);
    for (let under = 1; under <= replies; under += 1) {
      rows.push({ id: nextId(), rootId: root.id, floor: under, replies: 0 });
    }
  }
  for (let at = 0; at < rows.length; at += 500)
    await insertComments(sql, subjectId, rows.slice(at, at + 500));
}

interface Row {
  readonly id: bigint;
  readonly rootId: bigint;
  readonly floor: number;
  readonly replies: number;
}

interface SubjectRow extends SubjectKey {
  readonly id: bigint;
  readonly roots: bigint;
  readonly all: bigint;
}

async function insertSubject(sql: Sql<CommentDb>, { id, type, oid, roots, all }: SubjectRow): Promise<void> {
  const policy = {
    policy_mode: 'post_then_review',
    min_level: 0,
    owner_id: 0n,
    title: '',
    url: '',
    pinned_ids: '',
    changed_by: 0n,
  };
  const counts = { roots, all_: all, root_floor: roots, version: all, created_at: 1n };
  const row = { id, type, oid, state: SubjectState.OPEN, ...policy, ...counts };
  await sql.transaction((tx) =>
    tx
      .insertInto(tableFor('comment_subject', id, sql.tables))
      .values(row)
      .execute(),
  );
}

async function insertComments(sql: Sql<CommentDb>, subjectId: bigint, rows: readonly Row[]): Promise<void> {
  const marks = {
    state: CommentState.VISIBLE,
    shown: 1,
    pinned: 0,
    edited_at: 0n,
    reason_code: '',
    review_reason: '',
  };
  const indexes = rows.map(({ id, rootId, floor }) => ({
    ...{ id, subject_id: subjectId, root_id: rootId, parent_id: rootId, floor: BigInt(floor), ...marks },
    ...{ author_id: 9n, reply_to_user_id: 0n, created_at: 1n, version: id },
  }));
  const counts = rows.map(({ id, rootId, replies }) => ({
    ...{ id, subject_id: subjectId, root_id: rootId, likes: 0n, dislikes: 0n, score: 0, reports: 0n },
    ...{ replies: BigInt(replies), reply_floor: BigInt(replies) },
  }));
  const contents = rows.map(({ id }) => ({ id, text: `text ${id}`, html: '<p></p>', mentions: '[]' }));
  const { tables } = sql;
  await sql.transaction(
    async (tx) => {
      await tx
        .insertInto(tableFor('comment_index', subjectId, tables))
        .values(indexes)
        .execute();
      await tx
        .insertInto(tableFor('comment_count', subjectId, tables))
        .values(counts)
        .execute();
      await tx
        .insertInto(tableFor('comment_content', subjectId, tables))
        .values(contents)
        .execute();
    },
    { timeoutMs: 5_000 },
  );
}
