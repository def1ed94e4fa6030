import { deadLetterOf, deadTopicOf, isDeadTopic, type Burial } from '../dead-letter.js';
import { closed, misuse } from '../failures.js';
import { checkedSize, sizeOf } from '../limits.js';
import { partitionOf } from '../partition-of.js';
import {
  EventLog,
  type Consumer,
  type EventLogStats,
  type Listener,
  type Message,
  type NewMessage,
  type Subscription,
  type TopicSpec,
} from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { Catalog, big } from './catalog.js';
import { Database } from './database.js';
import { GroupCommit, type Entry } from './group-commit.js';
import { GroupOffsets } from './group-offsets.js';
import { Messages } from './messages.js';
import { type ConsumerPort } from './partition-consumer.js';
import { Retention } from './retention.js';
import { Subscribers } from './subscribers.js';

/** Each opening has its own range of epochs, so that they rise over restarts too. */
const EPOCHS_PER_BOOT = 1n << 32n;
const BOOT = `INSERT INTO boot (id, number) VALUES (1, 1)
  ON CONFLICT (id) DO UPDATE SET number = number + 1 RETURNING number`;

export interface SqliteLocation {
  readonly path: string;
  /** Where the file stops growing; `append` refuses beyond it. */
  readonly maxBytes?: number | undefined;
}

/** The event log of one process in one SQLite file. */
export class SqliteEventLog extends EventLog {
  readonly #options: ResolvedOptions;
  readonly #database: Database;
  readonly #catalog: Catalog;
  readonly #messages: Messages;
  readonly #offsets: GroupOffsets;
  readonly #commits: GroupCommit;
  readonly #retention: Retention;
  readonly #subscribers: Subscribers;
  #epoch: bigint;
  #closing: Promise<void> | undefined;

  constructor({ path, maxBytes }: SqliteLocation, options: ResolvedOptions) {
    super();
    const database = new Database(path, maxBytes, options);
    const catalog = new Catalog(database);
    const messages = new Messages(database);
    const offsets = new GroupOffsets(database);
    this.#options = options;
    this.#database = database;
    this.#catalog = catalog;
    this.#messages = messages;
    this.#offsets = offsets;
    this.#epoch =
      big(
        database.transaction(() => database.one(BOOT)),
        'number',
      ) * EPOCHS_PER_BOOT;
    this.#retention = new Retention({ database, catalog, messages, offsets, options });
    this.#retention.arm();
    this.#subscribers = new Subscribers(this.#port(), () => (this.#epoch += 1n));
    this.#commits = new GroupCommit({ database, messages, offsets, options }, (partitions) => {
      this.#retention.arm();
      for (const partition of partitions) this.#subscribers.wake(partition);
    });
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#checkOpen();
    this.#catalog.create(topics);
  }

  async append(topic: string, messages: readonly NewMessage[]): Promise<void> {
    const bytes = checkedSize(messages);
    await this.#append(topic, messages, bytes);
  }

  async subscribe(subscription: Subscription): Promise<Consumer> {
    this.#checkOpen();
    return this.#subscribers.subscribe(subscription, this.#catalog.topic(subscription.topic));
  }

  async listen(listener: Listener): Promise<Consumer> {
    this.#checkOpen();
    return this.#subscribers.listen(listener, this.#catalog.topic(listener.topic));
  }

  async lag(topic: string, group: string): Promise<number> {
    const { partitions } = this.#catalog.topic(topic);
    const behind = partitions.map((partition) => partition.end - this.#offsets.position(partition, group));
    return Number(behind.reduce((sum, each) => sum + each, 0n));
  }

  async committed(topic: string, group: string): Promise<readonly bigint[]> {
    const { partitions } = this.#catalog.topic(topic);
    return partitions.map((partition) => this.#offsets.committed(partition, group));
  }

  async endOffsets(topic: string): Promise<readonly bigint[]> {
    return this.#catalog.topic(topic).partitions.map(({ end }) => end);
  }

  async read(topic: string, partition: number, from: bigint, limit: number): Promise<readonly Message[]> {
    this.#checkOpen();
    return this.#messages.read(this.#catalog.partition(topic, partition), from, limit);
  }

  stats(): EventLogStats {
    return { pendingBytes: this.#commits.pendingBytes, retentionBlocked: this.#retention.blocked };
  }

  async ping(): Promise<void> {
    this.#checkOpen();
    this.#database.scan('SELECT 1', [], () => true);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#subscribers.close();
    await this.#retention.close();
    try {
      await this.#commits.close();
    } finally {
      this.#database.close();
    }
  }

  async #append(topic: string, messages: readonly NewMessage[], bytes: number): Promise<void> {
    const { partitions, durable } = this.#catalog.topic(topic);
    const entries = messages.map((message): Entry => {
      return {
        message,
        partition: this.#catalog.partition(topic, partitionOf(message.key, partitions.length)),
      };
    });
    if (entries.length > 0) await this.#commits.append(entries, bytes, durable);
  }

  /** Not bound by the size of a message: the headers of a dead letter come on top. */
  async #bury(message: Message, burial: Omit<Burial, 'at'>): Promise<void> {
    if (isDeadTopic(message.topic)) throw misuse(`${message.topic} has no dead topic of its own.`);
    const letter = deadLetterOf(message, { ...burial, at: this.#options.clock.now() });
    await this.#append(deadTopicOf(message.topic), [letter], sizeOf(letter));
    this.#options.faultPoint('events.dead.after-append');
  }

  #port(): ConsumerPort {
    return {
      options: this.#options,
      offsets: this.#offsets,
      read: (partition, from, limit) => this.#messages.read(partition, from, limit),
      bury: (message, burial) => this.#bury(message, burial),
      committed: () => this.#commits.offsetsChanged(),
      flushOffsets: () => this.#commits.flushOffsets(),
    };
  }

  #checkOpen(): void {
    if (this.#closing) throw closed('The event log');
  }
}
