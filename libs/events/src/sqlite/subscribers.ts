import { checkSubscription } from '../limits.js';
import { misuse } from '../failures.js';
import { type Consumer, type Listener, type Subscription } from '../event-log.js';
import { type Partition, type Topic } from './catalog.js';
import { ConsumerGroup } from './consumer-group.js';
import { LogListener } from './log-listener.js';
import { type ConsumerPort } from './partition-consumer.js';

/** Who wants to hear of new messages: groups and listeners, by topic. */
export class Subscribers {
  readonly #port: ConsumerPort;
  readonly #nextEpoch: () => bigint;
  readonly #groups = new Map<string, Map<string, ConsumerGroup>>();
  readonly #listeners = new Map<string, Set<LogListener>>();

  constructor(port: ConsumerPort, nextEpoch: () => bigint) {
    this.#port = port;
    this.#nextEpoch = nextEpoch;
  }

  subscribe(subscription: Subscription, { name, partitions }: Topic): Promise<Consumer> {
    checkSubscription(subscription);
    const groups = this.#groups.get(name) ?? new Map<string, ConsumerGroup>();
    this.#groups.set(name, groups);
    const known = groups.get(subscription.group);
    const group = known ?? new ConsumerGroup(this.#port, partitions, this.#nextEpoch);
    groups.set(subscription.group, group);
    return group.join(subscription);
  }

  listen(listener: Listener, { name, partitions }: Topic): Consumer {
    if (listener.from && listener.from.length !== partitions.length) {
      throw misuse(`Topic ${name} has ${partitions.length} partitions; give as many offsets.`);
    }
    const listeners = this.#listeners.get(name) ?? new Set<LogListener>();
    this.#listeners.set(name, listeners);
    const opened = new LogListener(this.#port, listener, partitions, () => listeners.delete(opened));
    listeners.add(opened);
    return opened;
  }

  wake({ topic, number }: Partition): void {
    for (const group of this.#groups.get(topic)?.values() ?? []) group.wake(number);
    for (const listener of this.#listeners.get(topic) ?? []) listener.wake(number);
  }

  /** Resolves when no handler runs any more, or the wait for it was given up. */
  async close(): Promise<void> {
    const listeners = [...this.#listeners.values()].flatMap((set) => [...set]);
    const groups = [...this.#groups.values()].flatMap((byName) => [...byName.values()]);
    await Promise.all([...listeners, ...groups].map((subscriber) => subscriber.close()));
  }
}
