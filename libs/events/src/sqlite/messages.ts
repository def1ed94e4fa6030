import { MAX_READ_BYTES, MAX_READ_MESSAGES } from '../limits.js';
import { type Message, type NewMessage } from '../event-log.js';
import { type Database, type Row } from './database.js';
import { big, messageId, offsetOf, type Partition } from './catalog.js';

const INSERT = 'INSERT INTO message (id, timestamp, key, headers, value) VALUES (?, ?, ?, ?, ?)';
const READ =
  'SELECT id, timestamp, key, headers, value FROM message WHERE id >= ? AND id < ? ORDER BY id LIMIT ?';
const MEASURE =
  'SELECT id, timestamp, length(value) AS size FROM message WHERE id >= ? AND id < ? ORDER BY id LIMIT ?';
const CUT = 'DELETE FROM message WHERE id >= ? AND id < ?';
const ADVANCE = 'UPDATE "partition" SET next_offset = ? WHERE id = ?';

/** The rows of the log. */
export class Messages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Inside a transaction. */
  insert(partition: Partition, offset: bigint, timestamp: number, { key, headers, value }: NewMessage): void {
    const text = headers ? JSON.stringify(headers) : '{}';
    this.#database.run(INSERT, messageId(partition, offset), timestamp, key, text, value);
  }

  /** Inside a transaction, once for each partition it touched. */
  advance(partition: Partition, end: bigint): void {
    this.#database.run(ADVANCE, end, partition.id);
  }

  /** Committed messages from `from` on: at most `limit`, and at least one but no more than a read may hold. */
  read(partition: Partition, from: bigint, limit: number): readonly Message[] {
    const { first, end } = partition;
    const begin = from > first ? from : first;
    if (begin >= end || limit < 1) return [];
    const messages: Message[] = [];
    let bytes = 0;
    const range = [
      messageId(partition, begin),
      messageId(partition, end),
      Math.min(limit, MAX_READ_MESSAGES),
    ];
    this.#database.scan(READ, range, (row) => {
      const message = messageOf(partition, row);
      bytes += message.value.byteLength;
      if (messages.length > 0 && bytes > MAX_READ_BYTES) return false;
      messages.push(message);
      return bytes < MAX_READ_BYTES;
    });
    return messages;
  }

  /** Where a cut may end that takes only messages before `limit` written before `time`, in one short step. */
  cutEnd(partition: Partition, limit: bigint, time: number, step: { rows: number; bytes: number }): bigint {
    let end = partition.first;
    let bytes = 0;
    const range = [messageId(partition, partition.first), messageId(partition, limit), step.rows];
    this.#database.scan(MEASURE, range, (row) => {
      bytes += Number(row['size']);
      if (Number(row['timestamp']) >= time) return false;
      end = offsetOf(big(row, 'id')) + 1n;
      return bytes < step.bytes;
    });
    return end;
  }

  /** Inside a transaction. */
  cut(partition: Partition, end: bigint): void {
    this.#database.run(CUT, messageId(partition, partition.first), messageId(partition, end));
  }
}

function messageOf(partition: Partition, row: Row): Message {
  const value = row['value'];
  if (!(value instanceof Uint8Array)) throw new TypeError('A stored value is no blob.');
  return {
    topic: partition.topic,
    partition: partition.number,
    offset: offsetOf(big(row, 'id')),
    timestamp: Number(row['timestamp']),
    key: String(row['key']),
    headers: JSON.parse(String(row['headers'])) as Record<string, string>,
    value,
  };
}
