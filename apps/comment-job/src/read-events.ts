import { fromBinary } from '@bufbuild/protobuf';
import { commentEvents } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { type Batch, type Message } from '@storey/events';

/** Events of a batch that can be read; the others become dead letters. */
export async function readEvents(batch: Batch): Promise<readonly commentEvents.CommentEvent[]> {
  const events: commentEvents.CommentEvent[] = [];
  for (const message of batch.messages) {
    try {
      events.push(decode(message));
    } catch (error) {
      await batch.deadLetter(message, error);
    }
  }
  return events;
}

function decode(message: Message): commentEvents.CommentEvent {
  try {
    return fromBinary(commentEvents.CommentEventSchema, message.value);
  } catch (cause) {
    const told = { code: 'COMMENT_EVENT_UNREADABLE', message: 'It is no CommentEvent.', cause };
    throw new AppError({ kind: 'invalid', ...told });
  }
}
