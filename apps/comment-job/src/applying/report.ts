import { type Transaction } from 'kysely';
import { type CommentDb } from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';
import { insertIgnore, tableFor, type Tables } from '@storey/sql';
import { type Command } from './command.js';
import { type Thread } from './thread.js';

export interface Reporting {
  readonly tx: Transaction<CommentDb>;
  readonly tables: Tables;
  readonly thread: Thread;
}

/** Once a person; what moderators took from sight meanwhile is counted, but need not be looked at again. */
export async function report(
  { tx, tables, thread }: Reporting,
  { id, actorId, acceptedAt: at }: Command,
  { commentId, reason, note }: commentEvents.CommentCommand_Report,
): Promise<void> {
  const on = thread.find(commentId);
  if (!on) return;
  const row = { comment_id: commentId, user_id: actorId, id, reason, note, at };
  const table = tableFor('comment_report', commentId, tables);
  if ((await insertIgnore(tx, table, row, ['comment_id', 'user_id'])) === 0) return;
  on.count.reports += 1n;
  thread.changed.comments.add(on);
  if (on.index.state === comment.CommentState.VISIBLE) thread.worklists.reported(on);
}
