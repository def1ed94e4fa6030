import { randomUUID } from 'node:crypto';
import { realStores } from '@storey/testing';
import { Kafka, logLevel, Partitioners, type Admin, type Consumer, type Message } from 'kafkajs';
import { openEventLog, type EventLog, type EventLogOptions } from '../src/index.js';

import { Link } from '../src/kafka/link.js';
import { parseKafkaUrl } from '../src/kafka/kafka-url.js';

export const TOPIC = 'things.v1';

/** The real broker for one test, under a prefix of its own, with an administrator's view of it. */
export class KafkaBench {
  readonly prefix = `t${randomUUID().slice(0, 8)}.`;
  readonly errors: { readonly error: unknown; readonly where: string }[] = [];
  readonly #logs: EventLog[] = [];
  readonly #kafka = new Kafka({
    brokers: [new URL(realStores.kafka).host],
    logLevel: logLevel.NOTHING,
    retry: { retries: 5 },
  });

  get url(): string {
    return `${realStores.kafka}?prefix=${this.prefix}`;
  }

  /** The same broker by the way that leads through a proxy. */
  get proxiedUrl(): string {
    return `kafka://127.0.0.1:${realStores.kafkaBehindProxy.port}?prefix=${this.prefix}`;
  }

  /** As the cluster knows a group on TOPIC. */
  groupId(group: string): string {
    return `${this.prefix}${group}@${TOPIC}`;
  }

  /** Closed with the bench. Its errors are gathered. */
  async open(url = this.url, options: EventLogOptions = {}): Promise<EventLog> {
    const onError = (error: unknown, where: string): void => void this.errors.push({ error, where });
    const log = await openEventLog(url, { onError, ...options });
    this.#logs.push(log);
    return log;
  }

  /** @returns a log with TOPIC in so many partitions */
  async openWithTopic(partitions: number, url = this.url, options: EventLogOptions = {}): Promise<EventLog> {
    const log = await this.open(url, options);
    await log.createTopics([{ name: TOPIC, partitions, retentionMs: 3_600_000 }]);
    return log;
  }

  async admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** As a program of somebody else would. */
  async produce(messages: Message[]): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: this.prefix + TOPIC, messages });
    await producer.disconnect();
  }

  /** A member of another make. */
  async foreignConsumer(group: string): Promise<Consumer> {
    const consumer = this.#kafka.consumer({ groupId: this.groupId(group) });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.prefix + TOPIC] });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    return consumer;
  }

  /** The ids of the members of a group. */
  async members(group: string): Promise<readonly string[]> {
    const { groups } = await this.admin((admin) => admin.describeGroups([this.groupId(group)]));
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  }

  /** Puts members out of a group as an operator would: they are not told. */
  async expel(group: string, memberIds: readonly string[]): Promise<void> {
    const link = new Link(parseKafkaUrl(this.url));
    const groupId = this.groupId(group);
    for (const memberId of memberIds)
      await link.run('expelling', 5000, async (cluster) => {
        await cluster.addMultipleTargetTopics([this.prefix + TOPIC]);
        await (await cluster.findGroupCoordinator({ groupId })).leaveGroup({ groupId, memberId });
      });
    link.close();
  }

  /** Closes and removes what the test left. */
  async clean(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.close()));
    await this.admin(async (admin) => {
      const mine = (name: string): boolean => name.startsWith(this.prefix);
      const topics = (await admin.listTopics()).filter(mine);
      if (topics.length > 0) await admin.deleteTopics({ topics });
      const ids = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter(mine);
      if (ids.length === 0) return;
      const { groups } = await admin.describeGroups(ids);
      // A member that could not say good-bye runs out by itself.
      const empty = groups.filter(({ state }) => state === 'Empty').map(({ groupId }) => groupId);
      if (empty.length > 0) await admin.deleteGroups(empty);
    });
  }
}

/** Appends `count` messages with the values 0, 1, 2, … to one key. */
export async function appendNumbers(log: EventLog, count: number, key = 'k'): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => ({ key, value: Buffer.from(String(number)) }));
  await log.append(TOPIC, numbers);
}
