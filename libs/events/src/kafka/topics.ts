import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@storey/errors';
import { deadTopicOf } from '../dead-letter.js';
import { topicUnknown } from '../failures.js';
import { MAX_APPEND_BYTES } from '../limits.js';
import { checkTopic, topicDiffers } from '../topic-spec.js';
import { type TopicSpec } from '../event-log.js';
import { offsetsOf } from './fetcher.js';
import { type Cluster, type ConfigEntry } from './kafkajs.js';
import { REQUEST_MS, type Link } from './link.js';
import { isPassing, isRefusal, toFailure } from './refusals.js';

const CREATE_MS = 15_000;
const APPEAR_TRIES = 60;
const APPEAR_MS = 50;
const MAX_REPLICAS = 3;
/** Keys, headers and framing come on top of what `append` counts. */
const BATCH_OVERHEAD_BYTES = 1024 * 1024;
const TOPIC_RESOURCE = 2;
const SET_ON_TOPIC = 1;

const ABSENT: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION']);
const PRESENT: ReadonlySet<string> = new Set(['TOPIC_ALREADY_EXISTS']);

/** The topics of the log under their names in the cluster, and how many partitions each has. */
export class KafkaTopics {
  readonly #link: Link;
  readonly #prefix: string;
  /** Grows with the topics that are used, which the code names. */
  readonly #partitions = new Map<string, number>();

  constructor(link: Link, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  /** The name of a topic in the cluster. */
  wire(topic: string): string {
    return this.#prefix + topic;
  }

  /** The name of a group in the cluster, where one group may read many topics. Here it is another on each topic. */
  group(group: string, topic: string): string {
    return `${this.#prefix}${group}@${topic}`;
  }

  /** Without asking the cluster. */
  known(topic: string): number | undefined {
    return this.#partitions.get(topic);
  }

  /** @throws AppError `internal` when nobody created it */
  async partitions(topic: string): Promise<number> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const found = await this.#lookUp(topic);
    if (found === undefined) throw topicUnknown(topic);
    return found;
  }

  /** Creates the topics and their dead topics where missing. Safe to call by many at the same time. */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    specs.forEach(checkTopic);
    for (const spec of withDead(specs)) {
      const exists = await this.#agrees(spec);
      if (exists || !(await this.#insert(spec))) await this.#retain(spec);
      if (!exists) await this.#appeared(spec);
    }
  }

  /** @throws AppError `unavailable` that names the first one missing */
  async require(specs: readonly TopicSpec[]): Promise<void> {
    specs.forEach(checkTopic);
    for (const spec of withDead(specs)) {
      if (!(await this.#agrees(spec)))
        throw new AppError({
          kind: 'unavailable',
          code: 'EVENTS_TOPIC_MISSING',
          message: `Topic ${this.wire(spec.name)} is missing in Kafka. Create the topics first: npm run topics.`,
        });
    }
  }

  /** @returns whether it exists. @throws AppError `conflict` when it does with other partitions. */
  async #agrees({ name, partitions }: TopicSpec): Promise<boolean> {
    const existing = this.#partitions.get(name) ?? (await this.#lookUp(name));
    if (existing !== undefined && existing !== partitions) throw topicDiffers(name, existing, partitions);
    return existing !== undefined;
  }

  async #lookUp(topic: string): Promise<number | undefined> {
    const name = this.wire(topic);
    try {
      const found = await this.#link.run(`topic ${name}`, REQUEST_MS, async (cluster) => {
        await cluster.addMultipleTargetTopics([name]);
        return cluster.findTopicPartitionMetadata(name).length;
      });
      if (found === 0) return undefined;
      this.#partitions.set(topic, found);
      return found;
    } catch (error) {
      if (isRefusal(error, ABSENT)) return undefined;
      throw toFailure(error, topic);
    }
  }

  /** @returns false when another process was faster */
  async #insert({ name, partitions, retentionMs }: TopicSpec): Promise<boolean> {
    try {
      await this.#link.run(`creation of ${name}`, CREATE_MS, async (cluster) => {
        const replicas = await replicasOf(cluster);
        const topic = {
          topic: this.wire(name),
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: configOf(retentionMs, replicas),
        };
        const controller = await cluster.findControllerBroker();
        await controller.createTopics({ topics: [topic], timeout: CREATE_MS - 1000 });
      });
      return true;
    } catch (error) {
      if (isRefusal(error, PRESENT)) return false;
      throw toFailure(error, name);
    }
  }

  /** A moment passes between the creation of a topic and the brokers' service of its partitions. */
  async #appeared(spec: TopicSpec): Promise<void> {
    const partitions = [...Array(spec.partitions).keys()];
    for (let left = APPEAR_TRIES; ; left -= 1) {
      try {
        if (await this.#agrees(spec))
          return void (await offsetsOf(this.#link, this.wire(spec.name), partitions));
      } catch (error) {
        if (left === 0 || !isPassing(error)) throw toFailure(error, spec.name);
      }
      if (left === 0) throw topicUnknown(spec.name);
      await sleep(APPEAR_MS);
    }
  }

  /** Alters what differs and keeps what the operator set besides: the old call replaces all settings of a topic. */
  async #retain({ name, retentionMs }: TopicSpec): Promise<void> {
    const resource = { type: TOPIC_RESOURCE, name: this.wire(name) } as const;
    const altering = this.#link.run(`settings of ${name}`, CREATE_MS, async (cluster) => {
      await cluster.addMultipleTargetTopics([resource.name]);
      const controller = await cluster.findControllerBroker();
      const [found] = (await controller.describeConfigs({ resources: [resource] })).resources;
      const entries = found?.configEntries.filter(({ configSource }) => configSource === SET_ON_TOPIC) ?? [];
      const settings = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
      if (settings.get('retention.ms') === String(retentionMs)) return;
      settings.set('retention.ms', String(retentionMs));
      const configEntries = [...settings].map(([key, value]) => ({ name: key, value }));
      await controller.alterConfigs({ resources: [{ ...resource, configEntries }] });
    });
    await altering.catch((error: unknown) => {
      throw toFailure(error, name);
    });
  }
}

const withDead = (specs: readonly TopicSpec[]): readonly TopicSpec[] =>
  specs.flatMap((spec) => [spec, { ...spec, name: deadTopicOf(spec.name) }]);

async function replicasOf(cluster: Cluster): Promise<number> {
  await cluster.refreshMetadata();
  return Math.min(MAX_REPLICAS, cluster.brokerPool.metadata?.brokers.length ?? 1);
}

/** One append is one batch a partition, so a batch may be as large as an append. */
const configOf = (retentionMs: number, replicas: number): readonly ConfigEntry[] => [
  { name: 'retention.ms', value: String(retentionMs) },
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'max.message.bytes', value: String(MAX_APPEND_BYTES + BATCH_OVERHEAD_BYTES) },
  { name: 'min.insync.replicas', value: String(Math.min(2, replicas)) },
];
