import { DECIDED_STATE, canDecide } from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';
import { type Command } from './command.js';
import { tellDeleted } from './delete.js';
import { publicForm } from './new-comment.js';
import { placesOf } from './places.js';
import { type Comment, type Thread, type Turned } from './thread.js';

const { CommentState, Decision } = comment;

/** Why a comment is `rejected` whose author wrote nothing that can't be applied. */
const REJECTED_IN_REVIEW = 'COMMENT_REJECTED_IN_REVIEW';
const NOTHING: Turned = { appeared: [], vanished: [] };

/** What became impossible meanwhile has no effect, and is told of as it is. */
export function decide(
  thread: Thread,
  command: Command,
  { commentId, decision, reason }: commentEvents.CommentCommand_Decide,
): void {
  const judged = thread.find(commentId);
  if (!judged) return;
  const { index } = judged;
  const before = index.state;
  thread.touch(judged, command);
  let turned = NOTHING;
  if (canDecide(index, decision)) {
    turned = thread.move(judged, DECIDED_STATE[decision]);
    thread.worklists.judged(judged);
    index.reason_code = reasonCode(judged, before);
    const action = Decision[decision].toLowerCase();
    const { id, actorId, acceptedAt: at } = command;
    thread.audit.push({ id, comment_id: commentId, action, actor_id: actorId, reason, at });
  }
  if (index.state === CommentState.DELETED && before !== index.state)
    tellDeleted(thread, command, judged, turned);
  else tellDecided(thread, command, judged, { turned, before, decision });
}

function reasonCode({ index }: Comment, before: number): string {
  if (index.state === CommentState.VISIBLE) return '';
  if (index.state !== CommentState.REJECTED || before === index.state) return index.reason_code;
  return REJECTED_IN_REVIEW;
}

interface Told {
  readonly turned: Turned;
  readonly before: number;
  readonly decision: comment.Decision;
}

function tellDecided(
  thread: Thread,
  command: Command,
  judged: Comment,
  { turned, before, decision }: Told,
): void {
  const turnedIds = [...turned.appeared, ...turned.vanished];
  thread.tell(command, {
    case: 'decided',
    value: {
      $typeName: 'storey.events.v1.CommentEvent.Decided',
      comment: publicForm(thread, judged),
      decision,
      before,
      turnedIds,
      vanishedIds: [...turned.vanished],
      places: placesOf(thread, [judged.index.id, ...turnedIds]),
      unseen: !thread.isSeen(judged),
    },
  });
}
