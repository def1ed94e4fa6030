import { type WorkClass, type WorkPaces } from '@storey/comment';
import { type EventLog, type Subscription } from '@storey/events';

interface Following extends Omit<Subscription, 'flow' | 'handle'> {
  readonly work: WorkClass;
  readonly handle: (batch: Parameters<Subscription['handle']>[0]) => Promise<void>;
}

/** Follows a topic as work of its class, which may hold a batch up. @returns ends it. */
export async function consume(
  events: EventLog,
  paces: WorkPaces,
  { work, handle, ...subscription }: Following,
): Promise<() => Promise<void>> {
  const consumer = await events.subscribe({
    ...subscription,
    handle: async (batch) => {
      await paces.pass(work, batch.messages.length, batch.signal);
      await handle(batch);
    },
  });
  return () => consumer.close();
}
