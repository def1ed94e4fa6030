import { type commentEvents } from '@storey/contracts';
import { tellSubjectChanged } from './change-subject.js';
import { type Command } from './command.js';
import { publicForm } from './new-comment.js';
import { type Thread } from './thread.js';

/**
 * Of pins that were accepted at the same time the first ones of the log stand. One that can't is told of as well, as it
 * is: whoever accepted it shows it to its actor until then.
 */
export function pin(
  thread: Thread,
  command: Command,
  { commentId, pinned }: commentEvents.CommentCommand_Pin,
): void {
  const target = thread.find(commentId);
  thread.touchSubject(command);
  if (!target) {
    tellSubjectChanged(thread, command);
    return;
  }
  if (pinned) thread.pin(target);
  else thread.unpin(target);
  thread.touch(target, command);
  thread.tell(command, {
    case: 'updated',
    value: { $typeName: 'storey.events.v1.CommentEvent.Updated', comment: publicForm(thread, target) },
  });
}
