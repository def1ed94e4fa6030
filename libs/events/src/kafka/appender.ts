import { runDetached } from '@storey/context';
import { outcomeUnknown, unavailable, type AppError } from '@storey/errors';
import { tooLarge } from '../failures.js';
import { MAX_COMMIT_BYTES, MAX_PENDING_BYTES } from '../limits.js';
import { type ResolvedOptions } from '../options.js';
import { type Cluster, type NewRecord } from './kafkajs.js';
import { type Link } from './link.js';
import { refusalOf, toFailure, STALE_LEADER, type Refusal } from './refusals.js';

/** For one request with everything it needs. What waits behind it is refused when it fails: at most twice this. */
const APPEND_MS = 3000;
/** The broker gives up waiting for its replicas before we do. */
const REPLICAS_MS = 2500;

/** Refusals after which nothing is stored for certain. */
const NOT_STORED: ReadonlySet<string> = new Set([
  ...STALE_LEADER,
  'NOT_ENOUGH_REPLICAS',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
]);
const TOO_LARGE: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

export interface Append {
  /** As the cluster calls it. */
  readonly topic: string;
  readonly records: ReadonlyMap<number, readonly NewRecord[]>;
  readonly bytes: number;
}

interface Waiting extends Append {
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

/** Of a partition of the request that was sent: `undefined` is stored. */
type Outcome = AppError | undefined;

/**
 * Appends of a tick, and those that come while one is under way, go out together: one request a broker, one after the
 * other, so a key keeps its order. Nothing is ever sent twice.
 */
export class Appender {
  readonly #link: Link;
  readonly #options: ResolvedOptions;
  #queue: Waiting[] = [];
  #pendingBytes = 0;
  #running: Promise<void> | undefined;

  constructor(link: Link, options: ResolvedOptions) {
    this.#link = link;
    this.#options = options;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  append(append: Append): Promise<void> {
    if (this.#pendingBytes + append.bytes > MAX_PENDING_BYTES)
      return Promise.reject(unavailable('Too much waits to be appended.'));
    this.#pendingBytes += append.bytes;
    const done = new Promise<void>((resolve, reject) => this.#queue.push({ ...append, resolve, reject }));
    this.#running ??= runDetached(() => this.#run());
    return done.finally(() => (this.#pendingBytes -= append.bytes));
  }

  /** Resolves when nothing is under way any more; bounded as each request is. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // the company of this tick
    while (this.#queue.length > 0) await this.#flush(this.#gather());
    this.#running = undefined;
  }

  #gather(): readonly Waiting[] {
    let [count, bytes] = [0, 0];
    for (const waiting of this.#queue) {
      if (count > 0 && bytes + waiting.bytes > MAX_COMMIT_BYTES) break;
      count += 1;
      bytes += waiting.bytes;
    }
    return this.#queue.splice(0, count);
  }

  /** Never fails: what goes wrong is told to those who wait. */
  async #flush(batch: readonly Waiting[]): Promise<void> {
    const flush = new Flush(batch);
    try {
      await this.#link.run('append', APPEND_MS, async (cluster) => {
        await flush.prepare(cluster);
        this.#options.faultPoint('events.append.before-commit');
        await flush.send(() => this.#options.faultPoint('events.append.after-commit'));
      });
    } catch (error) {
      flush.failed(error);
      if (!refusalOf(error)) this.#refuseWaiting(error);
    }
    flush.settle();
  }

  /** They would only wait for the next failure, longer than they were promised. */
  #refuseWaiting(cause: unknown): void {
    for (const { reject } of this.#queue.splice(0))
      reject(unavailable('Kafka cannot be appended to now.', cause));
  }
}

/** One round of requests: to each broker the partitions that it leads. */
class Flush {
  readonly #batch: readonly Waiting[];
  readonly #outcomes = new Map<string, Outcome>();
  #requests: readonly Request[] = [];
  #sent = false;
  #failure: unknown;

  constructor(batch: readonly Waiting[]) {
    this.#batch = batch;
  }

  /** Up to here nothing is stored, whatever happens. */
  async prepare(cluster: Cluster): Promise<void> {
    const topics = [...new Set(this.#batch.map(({ topic }) => topic))];
    await cluster.addMultipleTargetTopics(topics);
    const byLeader = new Map<number, Request>();
    for (const { topic, records } of this.#batch) {
      const leaders = new Map(
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]),
      );
      for (const [partition, added] of records) {
        const leader = leaders.get(partition) ?? -1;
        const request = byLeader.get(leader) ?? new Request(cluster, leader);
        byLeader.set(leader, request.add(topic, partition, added));
      }
    }
    this.#requests = [...byLeader.values()];
    await Promise.all(this.#requests.map((request) => request.connect()));
  }

  /** @param acknowledged called when a broker has answered, before anybody knows */
  async send(acknowledged: () => void): Promise<void> {
    this.#sent = true;
    const sending = this.#requests.map(async (request) => {
      const outcome = await request.send();
      acknowledged();
      for (const name of request.partitions()) this.#outcomes.set(name, outcome);
    });
    await Promise.all(sending);
  }

  failed(error: unknown): void {
    this.#failure = error;
  }

  settle(): void {
    for (const waiting of this.#batch) {
      const failure = this.#failureOf(waiting);
      if (failure) waiting.reject(failure);
      else waiting.resolve();
    }
  }

  /** Refused as a whole only when no part of it can be there. */
  #failureOf({ topic, records }: Waiting): AppError | undefined {
    if (!this.#sent) return toFailure(this.#failure, topic);
    const outcomes = [...records.keys()].map((partition) => {
      const name = keyOf(topic, partition);
      return this.#outcomes.has(name) ? this.#outcomes.get(name) : outcomeUnknown(this.#failure);
    });
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    const whole =
      failures.length === outcomes.length && failures.every(({ kind }) => kind !== 'outcome_unknown');
    return whole ? failures[0] : failures.length > 0 ? outcomeUnknown(failures[0]) : undefined;
  }
}

class Request {
  readonly #cluster: Cluster;
  readonly #leader: number;
  readonly #topics = new Map<string, Map<number, NewRecord[]>>();

  constructor(cluster: Cluster, leader: number) {
    this.#cluster = cluster;
    this.#leader = leader;
  }

  add(topic: string, partition: number, records: readonly NewRecord[]): this {
    const partitions = this.#topics.get(topic) ?? new Map<number, NewRecord[]>();
    this.#topics.set(topic, partitions);
    const known = partitions.get(partition);
    if (known) known.push(...records);
    else partitions.set(partition, [...records]);
    return this;
  }

  async connect(): Promise<void> {
    await this.#cluster.findBroker({ nodeId: this.#leader });
  }

  partitions(): readonly string[] {
    return [...this.#topics].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => keyOf(topic, partition)),
    );
  }

  /** @throws what is no refusal: then nothing is known of any partition */
  async send(): Promise<Outcome> {
    const broker = await this.#cluster.findBroker({ nodeId: this.#leader });
    const topicData = [...this.#topics].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions].map(([partition, messages]) => ({ partition, messages })),
    }));
    try {
      await broker.produce({ acks: -1, timeout: REPLICAS_MS, topicData });
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      if (STALE_LEADER.has(refusal.type)) await this.#cluster.refreshMetadata();
      return this.#outcomeOf(refusal);
    }
  }

  /** The package throws the first refusal of several partitions and keeps to itself whose it was. */
  #outcomeOf(refusal: Refusal): AppError {
    if (this.partitions().length > 1 || !NOT_STORED.has(refusal.type)) return outcomeUnknown(refusal);
    if (TOO_LARGE.has(refusal.type)) return tooLarge('Kafka takes no batch of that size.');
    return unavailable(`Kafka refused with ${refusal.type}.`, refusal);
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;
