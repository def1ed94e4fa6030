import { deadTopicOf } from '../dead-letter.js';
import { misuse, topicUnknown } from '../failures.js';
import { type TopicSpec } from '../event-log.js';
import { checkTopic, topicDiffers } from '../topic-spec.js';
import { type Database, type Row } from './database.js';

/** Offsets take the low 40 bits of a message's id, the partition's id the 23 above. */
const OFFSET_BITS = 40n;

/** What is known of a partition without asking the file. Both bounds move after COMMIT only. */
export interface Partition {
  readonly id: bigint;
  readonly topic: string;
  readonly number: number;
  /** The first offset still kept. */
  first: bigint;
  /** One past the last offset. */
  end: bigint;
}

export interface Topic {
  readonly id: bigint;
  readonly name: string;
  retentionMs: number;
  /** As whoever created it last in this process said. */
  durable: boolean;
  readonly partitions: readonly Partition[];
}

export const messageId = (partition: Partition, offset: bigint): bigint =>
  (partition.id << OFFSET_BITS) | offset;
export const offsetOf = (id: bigint): bigint => BigInt.asUintN(Number(OFFSET_BITS), id);

/** The topics and their partitions, in memory as in the file. */
export class Catalog {
  readonly #database: Database;
  readonly #topics = new Map<string, Topic>();

  constructor(database: Database) {
    this.#database = database;
    database.scan('SELECT id, name, retention_ms FROM topic', [], (row) => {
      const topic = {
        id: big(row, 'id'),
        name: String(row['name']),
        retentionMs: Number(row['retention_ms']),
        durable: true,
      };
      this.#topics.set(topic.name, { ...topic, partitions: [] });
      return true;
    });
    for (const topic of this.#topics.values()) this.#topics.set(topic.name, this.#withPartitions(topic));
  }

  get topics(): Iterable<Topic> {
    return this.#topics.values();
  }

  /** @throws AppError `internal` when nobody created it. */
  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (!topic) throw topicUnknown(name);
    return topic;
  }

  partition(topic: string, number: number): Partition {
    const partition = this.topic(topic).partitions[number];
    if (!partition) throw misuse(`Topic ${topic} has no partition ${number}.`);
    return partition;
  }

  /** Creates the topics and their dead topics, all or none. */
  create(specs: readonly TopicSpec[]): void {
    specs.forEach(checkTopic);
    const wanted = specs.flatMap((spec) => [spec, { ...spec, name: deadTopicOf(spec.name), durable: true }]);
    const missing = wanted.filter((spec) => !this.#agrees(spec));
    const changed = wanted.filter(({ name, retentionMs }) => {
      const topic = this.#topics.get(name);
      return topic && topic.retentionMs !== retentionMs;
    });
    if (missing.length + changed.length > 0) this.#write(missing, changed);
    for (const { name, durable = true } of wanted) this.topic(name).durable = durable;
  }

  #write(missing: readonly TopicSpec[], changed: readonly TopicSpec[]): void {
    this.#database.transaction(() => {
      for (const spec of missing) this.#insert(spec);
      for (const { name, retentionMs } of changed) {
        this.#database.run('UPDATE topic SET retention_ms = ? WHERE name = ?', retentionMs, name);
      }
    });
    for (const spec of missing) this.#load(spec);
    for (const { name, retentionMs } of changed) this.topic(name).retentionMs = retentionMs;
  }

  /** @returns whether it exists. @throws AppError `conflict` when it does with other partitions. */
  #agrees({ name, partitions }: TopicSpec): boolean {
    const existing = this.#topics.get(name);
    if (!existing) return false;
    if (existing.partitions.length === partitions) return true;
    throw topicDiffers(name, existing.partitions.length, partitions);
  }

  #insert({ name, partitions, retentionMs }: TopicSpec): void {
    this.#database.run('INSERT INTO topic (name, retention_ms) VALUES (?, ?)', name, retentionMs);
    for (let number = 0; number < partitions; number += 1) {
      const sql = 'INSERT INTO "partition" (topic_id, number) SELECT id, ? FROM topic WHERE name = ?';
      this.#database.run(sql, number, name);
    }
  }

  #load({ name, retentionMs }: TopicSpec): void {
    const id = big(this.#database.one('SELECT id FROM topic WHERE name = ?', name), 'id');
    this.#topics.set(name, this.#withPartitions({ id, name, retentionMs, durable: true, partitions: [] }));
  }

  #withPartitions(topic: Topic): Topic {
    const partitions: Partition[] = [];
    const sql = 'SELECT id, number, next_offset FROM "partition" WHERE topic_id = ? ORDER BY number';
    this.#database.scan(sql, [topic.id], (row) => {
      const [id, end] = [big(row, 'id'), big(row, 'next_offset')];
      partitions.push({ id, topic: topic.name, number: Number(row['number']), first: end, end });
      return true;
    });
    for (const partition of partitions) partition.first = this.#firstOf(partition);
    return { ...topic, partitions };
  }

  #firstOf(partition: Partition): bigint {
    const sql = 'SELECT id FROM message WHERE id >= ? AND id < ? ORDER BY id LIMIT 1';
    const row = this.#database.one(sql, messageId(partition, 0n), messageId(partition, partition.end));
    return row ? offsetOf(big(row, 'id')) : partition.end;
  }
}

/** An INTEGER column, which the database reads as bigint. */
export function big(row: Row | undefined, column: string): bigint {
  const value = row?.[column];
  if (typeof value !== 'bigint') throw misuse(`Column ${column} is no integer.`);
  return value;
}
