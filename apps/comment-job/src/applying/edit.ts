import { type ContentTable } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type Command, type Edit } from './command.js';
import { publicForm } from './new-comment.js';
import { type Thread } from './thread.js';

const { CommentState } = comment;
const OVER: ReadonlySet<number> = new Set([CommentState.DELETED, CommentState.REJECTED]);

/**
 * New words; the old ones are kept for moderators. Of several edits the one that was accepted last stands, in whatever
 * order they come. Of what is gone nothing is changed.
 */
export function edit(thread: Thread, content: ContentTable, command: Command, { commentId }: Edit): void {
  const edited = thread.find(commentId);
  const before = thread.contents.get(commentId);
  if (!edited || !before || OVER.has(edited.index.state)) return;
  const { id, acceptedAt } = command;
  const last = thread.lastEdits.get(commentId) ?? 0n;
  const isLate = id <= last;
  thread.edits.push({
    id,
    comment_id: commentId,
    text: isLate ? content.text : before.text,
    at: acceptedAt,
  });
  if (isLate) return;
  thread.lastEdits.set(commentId, id);
  thread.contents.set(commentId, content);
  thread.changed.contents.add(commentId);
  edited.index.edited_at = acceptedAt;
  if (edited.index.version < id) edited.index.version = id;
  thread.changed.comments.add(edited);
  const value = publicForm(thread, edited);
  thread.tell(command, {
    case: 'updated',
    value: { $typeName: 'storey.events.v1.CommentEvent.Updated', comment: value },
  });
}
