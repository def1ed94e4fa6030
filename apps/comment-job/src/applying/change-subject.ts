import { comment, type commentEvents } from '@storey/contracts';
import { type Command } from './command.js';
import { type Thread } from './thread.js';

/** What the command names is set, the rest stays; a subject that nobody wrote to comes to be by it. */
export function changeSubject(
  thread: Thread,
  command: Command,
  change: commentEvents.CommentCommand_ChangeSubject,
): void {
  const { subject } = thread;
  subject.title = change.title ?? subject.title;
  subject.url = change.url ?? subject.url;
  subject.policy_mode = change.policyMode ?? subject.policy_mode;
  subject.min_level = change.policyMinLevel ?? subject.min_level;
  subject.state = change.state ?? subject.state;
  subject.owner_id = change.ownerId ?? subject.owner_id;
  thread.touchSubject(command);
  tellSubjectChanged(thread, command);
}

export function tellSubjectChanged(thread: Thread, command: Command): void {
  const closed = thread.subject.state === comment.SubjectState.CLOSED;
  thread.tell(command, {
    case: 'subjectChanged',
    value: { $typeName: 'storey.events.v1.CommentEvent.SubjectChanged', closed },
  });
}
