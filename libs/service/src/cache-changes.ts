import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { cacheEvents } from '@storey/contracts';
import { type Consumer, type EventLog, type TopicSpec } from '@storey/events';

/** Nobody reads what is older: a process that starts has no copies. */
const RETENTION_MS = 60 * 60 * 1000;

/** What changed of that which processes keep copies of. */
export const CACHE_CHANGES_TOPIC: TopicSpec = {
  name: 'cache.changes.v1',
  partitions: 12,
  retentionMs: RETENTION_MS,
  durable: false,
};

export interface CacheChange {
  /** Name of the cache's definition. */
  readonly cache: string;
  /** As text. */
  readonly id: string;
  /** 0 where the cached thing has none. */
  readonly version: bigint;
  /** Not to be shown a moment longer, not even as stale. */
  readonly atOnce: boolean;
}

/**
 * To be called after the shared cache was cleared. Changes of one key are heard in their order.
 * @throws AppError as `append` does.
 */
export async function tellCacheChanges(
  events: EventLog,
  told: ReadonlyMap<string, readonly CacheChange[]>,
): Promise<void> {
  const messages = [...told].map(([key, changes]) => {
    const message = create(cacheEvents.CacheChangesSchema, { changes: [...changes] });
    return { key, value: toBinary(cacheEvents.CacheChangesSchema, message) };
  });
  if (messages.length > 0) await events.append(CACHE_CHANGES_TOPIC.name, messages);
}

/** Hears every change from now on. `hear` must not throw, nor wait. */
export function hearCacheChanges(events: EventLog, hear: (change: CacheChange) => void): Promise<Consumer> {
  return events.listen({
    topic: CACHE_CHANGES_TOPIC.name,
    handle: (messages) => {
      for (const { value } of messages) {
        for (const change of fromBinary(cacheEvents.CacheChangesSchema, value).changes) hear(change);
      }
    },
  });
}
