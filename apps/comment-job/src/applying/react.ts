import { comment } from '@storey/contracts';
import { type Command, type React } from './command.js';
import { type Thread } from './thread.js';

const { CommentState, Reaction } = comment;

/** One reaction a person; of several the one that was accepted last stands, in whatever order they come. */
export function react(thread: Thread, command: Command, { commentId, value }: React): void {
  const on = thread.find(commentId);
  if (!on || on.index.state !== CommentState.VISIBLE) return;
  const { id, actorId } = command;
  const before = thread.reactionOf(commentId, actorId);
  if (before && before.version >= id) return;
  thread.react({
    comment_id: commentId,
    subject_id: thread.subject.id,
    user_id: actorId,
    value,
    version: id,
  });
  const was = before?.value ?? Reaction.NONE;
  if (was === value) return;
  const { count } = on;
  count.likes += is(value, Reaction.LIKE) - is(was, Reaction.LIKE);
  count.dislikes += is(value, Reaction.DISLIKE) - is(was, Reaction.DISLIKE);
  thread.settle(on);
  thread.tellReacted(command, on);
}

const is = (value: number, reaction: number): bigint => (value === reaction ? 1n : 0n);
