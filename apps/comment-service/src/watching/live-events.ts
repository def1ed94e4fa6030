import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { comment, commentEvents } from '@storey/contracts';
import { type Message } from '@storey/events';
import { eventId } from './event-ids.js';

export type LiveEvent = comment.SubjectEvent;
type Init = NonNullable<MessageInitShape<typeof comment.SubjectEventSchema>['event']>;

/**
 * What watchers of a subject hear of one message of the log. Of several events of one message only the last carries
 * its id; the others carry that of the message before, so that who breaks off between them hears all again.
 */
export function liveEvents({ partition, offset, value }: Message): readonly LiveEvent[] {
  const { event } = fromBinary(commentEvents.CommentEventSchema, value);
  const last = eventId({ partition, offset });
  const before = eventId({ partition, offset: offset - 1n });
  const inits = initsOf(event);
  return inits.map((each, at) =>
    create(comment.SubjectEventSchema, { id: at === inits.length - 1 ? last : before, event: each }),
  );
}

function initsOf(event: commentEvents.CommentEvent['event']): readonly Init[] {
  switch (event.case) {
    case 'created':
      return event.value.unseen ? [] : visible('created', event.value.comment);
    case 'updated':
      return visible('updated', event.value.comment);
    case 'decided':
      return decided(event.value);
    case 'deleted': {
      const { vanishedIds, commentId } = event.value;
      const ids = new Set([...vanishedIds, commentId]);
      return [...ids].map((id) => ({ case: 'deleted', value: { id } }));
    }
    case 'reacted': {
      const { commentId: id, likes, dislikes } = event.value;
      return [{ case: 'reacted', value: { id, likes, dislikes } }];
    }
    // A rejected comment was never seen by anybody else; who reads a page anew finds the subject as it is.
    case 'rejected':
    case 'subjectChanged':
    case undefined:
      return [];
  }
}

/** What is in review, or was hidden, is not for those who watch. */
function visible(happened: 'created' | 'updated', changed: comment.Comment | undefined): readonly Init[] {
  return changed?.state === comment.CommentState.VISIBLE ? [{ case: happened, value: changed }] : [];
}

/** Watchers see a comment come, or go. */
function decided(event: commentEvents.CommentEvent_Decided): readonly Init[] {
  const { comment: judged, before, unseen, vanishedIds } = event;
  if (!judged || judged.state === before) return [];
  if (judged.state === comment.CommentState.VISIBLE) return unseen ? [] : visible('created', judged);
  const gone = before === comment.CommentState.VISIBLE ? [...vanishedIds, judged.id] : [];
  return gone.map((id) => ({ case: 'deleted', value: { id } }));
}
