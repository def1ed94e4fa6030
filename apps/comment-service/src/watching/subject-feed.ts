import { partitionOf, type Consumer, type EventLog, type Message } from '@storey/events';
import { unavailable } from '@storey/errors';
import { Watcher } from './watcher.js';

/** Of one process. A browser tab holds one. */
const MAX_WATCHERS = 20_000;

export interface FeedTopic {
  readonly name: string;
  readonly partitions: number;
}

/**
 * Listens to all comment events once per process and hands each message to those who watch its subject. Costs one
 * look-up per message, however many watch.
 */
export class SubjectFeed {
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #topic: FeedTopic;
  #consumer: Consumer | undefined;
  #count = 0;

  private constructor(topic: FeedTopic) {
    this.#topic = topic;
  }

  static async open(events: EventLog, topic: FeedTopic): Promise<SubjectFeed> {
    const feed = new SubjectFeed(topic);
    feed.#consumer = await events.listen({
      topic: topic.name,
      handle: (messages) => feed.#deliver(messages),
    });
    return feed;
  }

  partitionOf(subject: string): number {
    return partitionOf(subject, this.#topic.partitions);
  }

  /** @param from the first offset of interest. @throws AppError `unavailable` when too many watch already. */
  watch(subject: string, from: bigint): Watcher {
    if (this.#count >= MAX_WATCHERS) throw unavailable('Too many are watching. Try again later.');
    const watcher = new Watcher(from);
    const watchers = this.#watchers.get(subject) ?? new Set();
    this.#watchers.set(subject, watchers.add(watcher));
    this.#count += 1;
    return watcher;
  }

  unwatch(subject: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(subject);
    if (!watchers?.delete(watcher)) return;
    this.#count -= 1;
    if (watchers.size === 0) this.#watchers.delete(subject);
  }

  /** How many watch now. */
  get size(): number {
    return this.#count;
  }

  async close(): Promise<void> {
    await this.#consumer?.close();
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.close();
  }

  #deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      for (const watcher of this.#watchers.get(message.key) ?? []) watcher.push(message);
    }
  }
}
