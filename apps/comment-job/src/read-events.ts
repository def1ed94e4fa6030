import { fromBinary } from '@bufbuild/protobuf';
import { commentEvents } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { type Batch, type Message } from '@storey/events';
import { readEach } from './read-each.js';

export interface ReadEvent {
  readonly event: commentEvents.CommentEvent;
  readonly message: Message;
}

/** Events of a batch that can be read; the others become dead letters. */
export async function readEvents(batch: Batch): Promise<readonly commentEvents.CommentEvent[]> {
  return (await readMessages(batch)).map(({ event }) => event);
}

/** The same, each with the message that it came in. */
export function readMessages(batch: Batch): Promise<readonly ReadEvent[]> {
  return readEach(batch, (message) => ({ event: decode(message), message }));
}

function decode(message: Message): commentEvents.CommentEvent {
  try {
    return fromBinary(commentEvents.CommentEventSchema, message.value);
  } catch (cause) {
    const told = { code: 'COMMENT_EVENT_UNREADABLE', message: 'It is no CommentEvent.', cause };
    throw new AppError({ kind: 'invalid', ...told });
  }
}
