import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Sql } from '@storey/sql';
import { sql as raw } from 'kysely';
import { findCommentFaults, hotScore, shardOfSubject, type CommentDb } from '../src/index.js';
import { CommentState, Reaction, SUBJECT, insertComment, insertSubject, open } from './rows.js';

const id = (n: number): bigint => BigInt(n) * 64n + BigInt(shardOfSubject(SUBJECT));
const n = shardOfSubject(SUBJECT) % 2;
const [subject, root, reply, below, rejected, gone] = [1, 2, 3, 4, 5, 6].map(id) as [
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
];

let sql: Sql<CommentDb>;

/** A root that somebody likes, with a tombstone under it and an answer to that; one rejected; one gone. */
beforeEach(async () => {
  sql = await open();
  await insertSubject(sql, subject, { roots: 1n, all: 2n, rootFloor: 2n });
  const liked = { likes: 1n, score: hotScore({ likes: 1n, dislikes: 0n, createdAt: 1n }) };
  await insertComment(sql, subject, { id: root, ...liked, replies: 1n, reply_floor: 2n });
  const tombstone = { state: CommentState.DELETED, root_id: root };
  await insertComment(sql, subject, { id: reply, ...tombstone, replies: 1n });
  await insertComment(sql, subject, { id: below, root_id: root, parent_id: reply, floor: 2n });
  const refused = { state: CommentState.REJECTED, reason_code: 'X', shown: 0, floor: null };
  await insertComment(sql, subject, { id: rejected, ...refused, root_id: 999n });
  await insertComment(sql, subject, { id: gone, state: CommentState.DELETED, shown: 0, floor: 2n });
  const like = { comment_id: root, subject_id: subject, user_id: 1n, value: Reaction.LIKE, version: 1n };
  await sql.transaction((tx) => tx.insertInto(`comment_reaction_${n}`).values(like).execute());
});

afterEach(() => sql.close());

it('finds nothing where all is well', async () => {
  expect(await findCommentFaults(sql)).toEqual([]);
});

const set = (table: string, of: bigint, change: string): string =>
  `update ${table}_${n} set ${change} where id = ${of}`;

it.each([
  ['without-content', below, `delete from comment_content_${n} where id = ${below}`],
  ['content-alone', 640n, `insert into comment_content_${n} values (640, '', '', '[]')`],
  ['without-count', rejected, `delete from comment_count_${n} where id = ${rejected}`],
  ['count-alone', 640n, `insert into comment_count_${n} values (640, ${subject}, 1, 0, 0, 0, 0, 0, 0)`],
  ['subject-counts', subject, set('comment_subject', subject, 'all_ = 3')],
  ['subject-counts', subject, set('comment_subject', subject, 'roots = 0')],
  ['root-replies', root, set('comment_count', root, 'replies = 2')],
  ['reply-replies', below, set('comment_count', below, 'replies = 1')],
  ['likes', root, `delete from comment_reaction_${n}`],
  ['dislikes', root, set('comment_count', root, 'dislikes = 1')],
  ['subject-counts', subject, set('comment_index', root, `state = ${CommentState.HIDDEN}`)],
  ['score', gone, set('comment_count', gone, 'score = 0.5')],
  ['score', root, set('comment_count', root, 'score = score + 0.000001')],
  ['shown', reply, set('comment_index', reply, 'shown = 0')],
  ['shown', gone, set('comment_index', gone, 'shown = 1')],
  ['root-floors', subject, set('comment_index', gone, 'floor = 3')],
  ['root-floors', subject, set('comment_index', gone, 'floor = 1')],
  ['reply-floors', root, set('comment_index', below, 'floor = 4')],
  ['last-root-floor', subject, set('comment_subject', subject, 'root_floor = 3')],
  ['last-reply-floor', root, set('comment_count', root, 'reply_floor = 1')],
  ['floorless', below, set('comment_index', below, 'floor = null')],
  ['without-subject', below, set('comment_index', below, 'subject_id = 5')],
  ['wrong-root', below, set('comment_index', below, `root_id = ${reply}`)],
  ['reaction-elsewhere', root, `update comment_reaction_${n} set subject_id = 5`],
  ['pinned-not-seen', reply, set('comment_index', reply, 'pinned = 1')],
  ['pin-list', subject, set('comment_index', root, 'pinned = 1')],
  ['pin-list', subject, set('comment_subject', subject, `pinned_ids = '${root}'`)],
  ['reports', root, set('comment_count', root, 'reports = 1')],
  ['review-list', root, `insert into comment_review values (${root})`],
  ['review-list', root, set('comment_index', root, `state = ${CommentState.IN_REVIEW}`)],
  ['reported-list', root, `insert into comment_reported values (${root}, 1)`],
  ['reported-list', gone, `insert into comment_reported values (${gone}, 0)`],
  ['wrong-parent', below, set('comment_index', below, `parent_id = ${gone}`)],
])('names what breaks %s', async (rule, offender, breaking) => {
  await sql.transaction((tx) => raw.raw(breaking).execute(tx));
  expect(await findCommentFaults(sql)).toContain(`comment_index_${n} ${rule} ${offender}`);
});
