import { comment } from '@storey/contracts';
import { type Command, type Delete } from './command.js';
import { placesOf } from './places.js';
import { type Comment, type Thread, type Turned } from './thread.js';

const { CommentState } = comment;

/** With visible replies it stays as a tombstone; tombstones above it that lose their last reply vanish with it. */
export function remove(thread: Thread, command: Command, { commentId }: Delete): void {
  const removed = thread.find(commentId);
  if (!removed || removed.index.state === CommentState.DELETED) return;
  thread.touch(removed, command);
  const { id, actorId, acceptedAt: at } = command;
  if (actorId !== removed.index.author_id) {
    thread.audit.push({ id, comment_id: commentId, action: 'delete', actor_id: actorId, reason: '', at });
  }
  tellDeleted(thread, command, removed, thread.move(removed, CommentState.DELETED));
}

export function tellDeleted(thread: Thread, command: Command, removed: Comment, { vanished }: Turned): void {
  const { id: commentId, root_id: rootId, parent_id: parentId, author_id: authorId, shown } = removed.index;
  thread.tell(command, {
    case: 'deleted',
    value: {
      $typeName: 'storey.events.v1.CommentEvent.Deleted',
      commentId,
      rootId,
      parentId,
      authorId,
      tombstone: shown === 1,
      vanishedIds: [...vanished],
      places: placesOf(thread, [commentId, ...vanished]),
    },
  });
}
