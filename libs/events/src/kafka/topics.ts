import { AppError } from '@storey/errors';
import { deadTopicOf } from '../dead-letter.js';
import { topicUnknown } from '../failures.js';
import { MAX_APPEND_BYTES } from '../limits.js';
import { checkTopic, topicDiffers } from '../topic-spec.js';
import { type TopicSpec } from '../event-log.js';
import { type Cluster, type ConfigEntry } from './kafkajs.js';
import { REQUEST_MS, type Link } from './link.js';
import { isRefusal, toFailure } from './refusals.js';

const CREATE_MS = 15_000;
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

  /** The name in the cluster, of a topic or a group. */
  wire(name: string): string {
    return this.#prefix + name;
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

  /** A topic is known to each broker a moment after its creation. */
  async #appeared(spec: TopicSpec): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) {
      if (await this.#agrees(spec)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw topicUnknown(spec.name);
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
