import { toBinary } from '@bufbuild/protobuf';
import { type Transaction } from 'kysely';
import {
  EVENTS_TOPIC,
  shardOfSubject,
  subjectKey,
  type CommentDb,
  type ReactionTable,
} from '@storey/comment';
import { type Clock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { enqueue } from '@storey/outbox';
import { insertIgnore, tableFor, upsert, type Tables } from '@storey/sql';
import { type Thread } from './thread.js';

/** Writes what changed, and tells it: rows and events are one transaction. */
export async function saveThread(
  tx: Transaction<CommentDb>,
  tables: Tables,
  thread: Thread,
  clock: Clock,
): Promise<void> {
  const shard = shardOfSubject(thread.subject);
  const { changed, edits } = thread;
  if (thread.events.length > 0) await saveSubject(tx, tableFor('comment_subject', shard, tables), thread);
  const comments = [...changed.comments].sort((a, b) => byId(a.index, b.index));
  await upsert(
    tx,
    tableFor('comment_index', shard, tables),
    comments.map(({ index }) => index),
    { key: ['id'], set: ['state', 'shown', 'pinned', 'edited_at', 'version', 'reason_code'] },
  );
  await upsert(
    tx,
    tableFor('comment_count', shard, tables),
    comments.map(({ count }) => count),
    { key: ['id'], set: ['likes', 'dislikes', 'replies', 'reply_floor', 'score', 'reports'] },
  );
  const contents = [...thread.contents.values()].filter(({ id }) => changed.contents.has(id)).sort(byId);
  await upsert(tx, tableFor('comment_content', shard, tables), contents, {
    key: ['id'],
    set: ['text', 'html', 'mentions'],
  });
  await insertIgnore(tx, tableFor('comment_edit', shard, tables), edits, ['id']);
  await upsert(tx, tableFor('comment_reaction', shard, tables), [...changed.reactions].sort(byComment), {
    key: ['comment_id', 'user_id'],
    set: ['value', 'version'],
  });
  await thread.worklists.save(tx);
  await upsert(tx, 'comment_audit', thread.audit, { key: ['id'], set: ['reason'] });
  await enqueueEvents(tx, thread, clock);
}

/** Rows of a table are locked in the order of its key, so that two writers never wait for each other in a circle. */
const byId = (a: { readonly id: bigint }, b: { readonly id: bigint }): number => (a.id < b.id ? -1 : 1);

const byComment = (a: ReactionTable, b: ReactionTable): number =>
  a.comment_id === b.comment_id ? Number(a.user_id - b.user_id) : Number(a.comment_id - b.comment_id);

async function saveSubject(
  tx: Transaction<CommentDb>,
  table: `comment_subject_${number}`,
  { subject, isNew }: Thread,
): Promise<void> {
  if (isNew) {
    await tx.insertInto(table).values(subject).execute();
    return;
  }
  const { id, type: _type, oid: _oid, created_at: _createdAt, ...changing } = subject;
  await tx.updateTable(table).set(changing).where('id', '=', id).execute();
}

async function enqueueEvents(tx: Transaction<CommentDb>, thread: Thread, clock: Clock): Promise<void> {
  const key = subjectKey(thread.subject);
  const messages = thread.events.map((event) => {
    const value = toBinary(commentEvents.CommentEventSchema, event);
    return { topic: EVENTS_TOPIC, key, value };
  });
  await enqueue(tx, messages, clock);
}
