import { type Transaction } from 'kysely';
import { takesPosts, takesReplies, type CommentDb, type ContentTable } from '@storey/comment';
import { type Clock } from '@storey/context';
import { comment } from '@storey/contracts';
import { insertIgnore, tableFor, type Tables } from '@storey/sql';
import { type Command, type Publish } from './command.js';
import { newComment, publicForm } from './new-comment.js';
import { rememberAnswer } from './remember-answer.js';
import { type Comment, type Thread } from './thread.js';

const { CommentState } = comment;

export interface Publishing {
  readonly tx: Transaction<CommentDb>;
  readonly tables: Tables;
  readonly thread: Thread;
  readonly content: ContentTable;
  readonly clock: Clock;
}

/**
 * A new comment gets its floor. One that answers what is gone, or stands behind the closing of its subject in the log, as it was
 * judged by an older one, is rejected and keeps its author's words.
 */
export async function publish(publishing: Publishing, command: Command, change: Publish): Promise<void> {
  const { thread, content } = publishing;
  if (thread.find(command.id)) return; // its note in the inbox was cut meanwhile
  if (!(await isFirstOfItsItem(publishing, command, change))) return;
  await rememberAnswer(publishing.tx, command, publishing.clock);
  if (change.source === '' && !takesPosts(thread.subject.state)) {
    reject(thread, content, command, 'COMMENT_SUBJECT_CLOSED');
    return;
  }
  const parent = thread.find(change.parentId);
  if (change.parentId !== 0n && !(parent && takesReplies(parent.index.state))) {
    reject(thread, content, command, 'COMMENT_PARENT_NOT_FOUND');
    return;
  }
  const { reviewReason } = change;
  const beginning = { state: CommentState.PENDING, reviewReason, ...placeUnder(parent) };
  const added = newComment(thread, command, beginning);
  thread.add(added, content);
  added.index.floor = thread.nextFloor(thread.rootOf(added));
  thread.move(added, reviewReason === '' ? CommentState.VISIBLE : CommentState.IN_REVIEW);
  thread.tell(command, {
    case: 'created',
    value: {
      $typeName: 'storey.events.v1.CommentEvent.Created',
      comment: publicForm(thread, added),
      parentAuthorId: parent?.index.author_id ?? 0n,
      imported: change.source !== '',
      unseen: !thread.isSeen(added),
    },
  });
}

/** It ends without a floor, is not counted, and its author will be told why. */
export function reject(thread: Thread, content: ContentTable, command: Command, reasonCode: string): void {
  const { parentId, rootId } = command.change.value as Publish;
  const place = { parentId, rootId: rootId || parentId, replyToUserId: 0n };
  const rejected = newComment(thread, command, { state: CommentState.REJECTED, reasonCode, ...place });
  thread.add(rejected, content);
  const value = publicForm(thread, rejected);
  thread.tell(command, {
    case: 'rejected',
    value: { $typeName: 'storey.events.v1.CommentEvent.Rejected', comment: value },
  });
}

function placeUnder(parent: Comment | undefined) {
  if (!parent) return { parentId: 0n, rootId: 0n, replyToUserId: 0n };
  const { id, root_id, author_id } = parent.index;
  return root_id === 0n
    ? { parentId: id, rootId: id, replyToUserId: 0n }
    : { parentId: id, rootId: root_id, replyToUserId: author_id };
}

/** Of two comments made from one item of an import the first stands; the words of the other go too. */
async function isFirstOfItsItem(
  { tx, tables }: Publishing,
  { id }: Command,
  { source, sourceKey }: Publish,
): Promise<boolean> {
  if (source === '') return true;
  const item = { source, source_key: sourceKey, comment_id: id };
  if ((await insertIgnore(tx, 'import_item', item, ['source', 'source_key'])) === 1) return true;
  await tx
    .deleteFrom(tableFor('comment_content', id, tables))
    .where('id', '=', id)
    .execute();
  return false;
}
