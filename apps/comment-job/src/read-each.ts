import { type Batch, type Message } from '@storey/events';

/** What `read` makes of each message of a batch; those that it throws on become dead letters. */
export async function readEach<T>(batch: Batch, read: (message: Message) => T): Promise<readonly T[]> {
  const all: T[] = [];
  for (const message of batch.messages) {
    try {
      all.push(read(message));
    } catch (error) {
      await batch.deadLetter(message, error);
    }
  }
  return all;
}
