import { create } from '@bufbuild/protobuf';
import { comment, commentEvents } from '@storey/contracts';
import { type Command, type Delete } from './command.js';
import { type Thread } from './thread.js';

const { CommentState } = comment;

/** With visible replies it stays as a tombstone; tombstones above it that lose their last reply vanish with it. */
export function remove(thread: Thread, command: Command, { commentId }: Delete): void {
  const removed = thread.find(commentId);
  if (!removed || removed.index.state === CommentState.DELETED) return;
  const { index } = removed;
  const wasVisible = index.state === CommentState.VISIBLE;
  index.state = CommentState.DELETED;
  if (index.version < command.id) index.version = command.id;
  thread.settle(removed);
  const vanished = wasVisible ? thread.countVisible(removed, -1n) : [];
  thread.tell(command, {
    case: 'deleted',
    value: {
      $typeName: 'storey.events.v1.CommentEvent.Deleted',
      commentId,
      rootId: index.root_id,
      parentId: index.parent_id,
      tombstone: index.shown === 1,
      vanishedIds: [...vanished],
      places: [commentId, ...vanished].flatMap((id) => placeOf(thread, id)),
    },
  });
}

function placeOf(thread: Thread, id: bigint): readonly commentEvents.Place[] {
  const { index } = thread.find(id) ?? {};
  if (!index) return [];
  const place = { id, rootId: index.root_id, floor: index.floor ?? 0n };
  return [create(commentEvents.PlaceSchema, place)];
}
