import { type Message, type NewMessage } from '../event-log.js';
import { type NewRecord, type RawRecord } from './kafkajs.js';

export const toRecord = ({ key, value, headers }: NewMessage, timestamp: number): NewRecord => ({
  key: Buffer.from(key),
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  headers: headers ?? {},
  timestamp,
});

/** A record of any producer: what is null there is empty here, of a repeated header the last one counts. */
export function toMessage(topic: string, partition: number, record: RawRecord): Message {
  return {
    topic,
    partition,
    offset: BigInt(record.offset),
    timestamp: Number(record.timestamp),
    key: record.key?.toString() ?? '',
    value: record.value ?? new Uint8Array(),
    headers: Object.fromEntries(
      Object.entries(record.headers).map(([name, value]) => [name, headerText(value)]),
    ),
  };
}

function headerText(value: Buffer | readonly Buffer[] | null): string {
  const last = value instanceof Uint8Array || value === null ? value : value.at(-1);
  return last?.toString() ?? '';
}
