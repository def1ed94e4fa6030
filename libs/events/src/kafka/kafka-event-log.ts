import { unavailable } from '@storey/errors';
import { deadLetterOf, deadTopicOf, isDeadTopic } from '../dead-letter.js';
import { closed, misuse } from '../failures.js';
import { checkedSize, checkSubscription, sizeOf } from '../limits.js';
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
import { Appender } from './appender.js';
import { Coordinator } from './coordinator.js';
import { offsetsOf, type Fetching } from './fetcher.js';
import { GroupMember } from './group-member.js';
import { type NewRecord } from './kafkajs.js';
import { parseKafkaUrl, type KafkaLocation } from './kafka-url.js';
import { KafkaListener } from './kafka-listener.js';
import { Link, REQUEST_MS } from './link.js';
import { readPartition } from './partition-reader.js';
import { whileCoordinatorMoves } from './patience.js';
import { toRecord } from './records.js';
import { toFailure } from './refusals.js';
import { KafkaTopics } from './topics.js';

const PING_MS = 2000;
/** Opening may meet a broker that just starts. */
const OPEN_MS = 10_000;
/** ListOffsets took its 7th version in Kafka 3.0; no request tells a broker's version itself. */
const LIST_OFFSETS = 2;
const LIST_OFFSETS_OF_3_0 = 7;

/** The event log of a cluster of processes on a Kafka cluster of version 3 or newer. */
export class KafkaEventLog extends EventLog {
  readonly #location: KafkaLocation;
  readonly #options: ResolvedOptions;
  /** For everything but groups and listeners, which bring their own. */
  readonly #link: Link;
  readonly #topics: KafkaTopics;
  readonly #appender: Appender;
  readonly #consumers = new Set<Consumer>();
  #closing: Promise<void> | undefined;

  /** @throws AppError `unavailable` when no broker answers, `internal` for a URL or a version that will not do */
  static async open(url: string, options: ResolvedOptions): Promise<KafkaEventLog> {
    const log = new KafkaEventLog(parseKafkaUrl(url), options);
    try {
      await log.#link.run('opening', OPEN_MS, async ({ brokerPool }) => {
        const versions = brokerPool.seedBroker?.versions[LIST_OFFSETS];
        if ((versions?.maxVersion ?? 0) < LIST_OFFSETS_OF_3_0)
          throw misuse('The Kafka brokers are older than 3.0; this event log needs 3.0 or newer.');
      });
      return log;
    } catch (error) {
      await log.close();
      throw toFailure(error, '');
    }
  }

  private constructor(location: KafkaLocation, options: ResolvedOptions) {
    super();
    this.#location = location;
    this.#options = options;
    this.#link = new Link(location);
    this.#topics = new KafkaTopics(this.#link, location.prefix);
    this.#appender = new Appender(this.#link, options);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#checkOpen();
    if (this.#options.topics === 'require') await this.#topics.require(topics);
    else await this.#topics.create(topics);
  }

  async append(topic: string, messages: readonly NewMessage[]): Promise<void> {
    this.#checkOpen();
    await this.#append(topic, messages, checkedSize(messages));
  }

  async subscribe(subscription: Subscription): Promise<Consumer> {
    this.#checkOpen();
    checkSubscription(subscription);
    const { topic, group } = subscription;
    await this.#topics.partitions(topic);
    const coordinator = new Coordinator(
      new Link(this.#location),
      this.#topics.group(group, topic),
      this.#topics.wire(topic),
    );
    const bury = (message: Message, cause: unknown, attempts: number): Promise<void> =>
      this.#bury(message, { group, cause, attempts });
    const member = GroupMember.join({ options: this.#options, subscription, coordinator, bury });
    return this.#keep(await this.#asked(topic, member));
  }

  async listen({ topic, from, handle }: Listener): Promise<Consumer> {
    this.#checkOpen();
    const partitions = await this.#topics.partitions(topic);
    if (from && from.length !== partitions)
      throw misuse(`Topic ${topic} has ${partitions} partitions; give as many offsets.`);
    const begin = from ?? (await this.endOffsets(topic));
    const fetching = { ...this.#fetching(topic), link: new Link(this.#location) };
    return this.#keep(new KafkaListener(fetching, handle, begin, this.#options.onError));
  }

  async lag(topic: string, group: string): Promise<number> {
    const committed = await this.committed(topic, group);
    const [first, end] = await this.#offsets(topic);
    const behind = committed.map((offset, partition) => {
      const begin = first.get(partition) ?? 0n;
      return Number((end.get(partition) ?? 0n) - (offset > begin ? offset : begin));
    });
    return behind.reduce((sum, each) => sum + each, 0);
  }

  async endOffsets(topic: string): Promise<readonly bigint[]> {
    const [, end] = await this.#offsets(topic);
    return Array.from({ length: end.size }, (_, partition) => end.get(partition) ?? 0n);
  }

  async committed(topic: string, group: string): Promise<readonly bigint[]> {
    this.#checkOpen();
    const partitions = await this.#numbers(topic);
    const [groupId, wire] = [this.#topics.group(group, topic), this.#topics.wire(topic)];
    const topics = [{ topic: wire, partitions: partitions.map((partition) => ({ partition })) }];
    const coordinator = new Coordinator(this.#link, groupId, wire);
    const asking = whileCoordinatorMoves(() =>
      coordinator.run('committed offsets', REQUEST_MS, (broker) => broker.offsetFetch({ groupId, topics })),
    );
    const { responses } = await this.#asked(topic, asking);
    const found = new Map(responses[0]?.partitions.map((each) => [each.partition, BigInt(each.offset)]));
    return partitions.map((partition) => {
      const offset = found.get(partition) ?? 0n;
      return offset > 0n ? offset : 0n;
    });
  }

  async read(topic: string, partition: number, from: bigint, limit: number): Promise<readonly Message[]> {
    this.#checkOpen();
    if (!(await this.#numbers(topic)).includes(partition))
      throw misuse(`Topic ${topic} has no partition ${partition}.`);
    return this.#asked(topic, readPartition(this.#fetching(topic), partition, from, limit));
  }

  stats(): EventLogStats {
    return { pendingBytes: this.#appender.pendingBytes, retentionBlocked: 0 };
  }

  async ping(): Promise<void> {
    this.#checkOpen();
    const pinging = this.#link.run('ping', PING_MS, async ({ brokerPool }) => {
      const [broker = brokerPool.seedBroker] = Object.values(brokerPool.brokers);
      if (!broker) throw unavailable('No Kafka broker is known.');
      await broker.apiVersions();
    });
    await this.#asked('', pinging);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#appender.close();
    this.#link.close();
  }

  async #append(topic: string, messages: readonly NewMessage[], bytes: number): Promise<void> {
    // Without a wait in the usual case, so that concurrent appends keep their order.
    const partitions = this.#topics.known(topic) ?? (await this.#topics.partitions(topic));
    if (messages.length === 0) return;
    const now = this.#options.clock.now();
    const records = new Map<number, NewRecord[]>();
    for (const message of messages) {
      const partition = partitionOf(message.key, partitions);
      const known = records.get(partition);
      if (known) known.push(toRecord(message, now));
      else records.set(partition, [toRecord(message, now)]);
    }
    await this.#appender.append({ topic: this.#topics.wire(topic), records, bytes });
  }

  /** Not bound by the size of a message: the headers of a dead letter come on top. */
  async #bury(
    message: Message,
    burial: { readonly group: string; readonly cause: unknown; readonly attempts: number },
  ): Promise<void> {
    if (isDeadTopic(message.topic)) throw misuse(`${message.topic} has no dead topic of its own.`);
    const letter = deadLetterOf(message, { ...burial, at: this.#options.clock.now() });
    await this.#append(deadTopicOf(message.topic), [letter], sizeOf(letter));
    this.#options.faultPoint('events.dead.after-append');
  }

  async #offsets(topic: string): ReturnType<typeof offsetsOf> {
    this.#checkOpen();
    const partitions = await this.#numbers(topic);
    return this.#asked(topic, offsetsOf(this.#link, this.#topics.wire(topic), partitions));
  }

  async #numbers(topic: string): Promise<readonly number[]> {
    return [...Array(await this.#topics.partitions(topic)).keys()];
  }

  #fetching(topic: string): Fetching {
    return { link: this.#link, topic, wire: this.#topics.wire(topic) };
  }

  async #asked<T>(topic: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw toFailure(error, topic);
    }
  }

  /** Known until it is closed, so that the log closes none behind its owner's back and forgets none. */
  #keep(consumer: Consumer): Consumer {
    const kept: Consumer = {
      pause: () => consumer.pause(),
      resume: () => consumer.resume(),
      commit: (partition, offset) => consumer.commit(partition, offset),
      close: async () => {
        await consumer.close();
        this.#consumers.delete(kept);
      },
    };
    this.#consumers.add(kept);
    return kept;
  }

  #checkOpen(): void {
    if (this.#closing) throw closed('The event log');
  }
}
