import { inspect, types } from 'node:util';
import { type Message, type NewMessage } from './event-log.js';

const MAX_CAUSE_BYTES = 1024;

export const deadTopicOf = (topic: string): string => `${topic}.dead`;
export const isDeadTopic = (topic: string): boolean => topic.endsWith('.dead');

export interface Burial {
  readonly group: string;
  readonly cause: unknown;
  /** Tries of this message, the last one included. */
  readonly attempts: number;
  /** Wall clock, ms. */
  readonly at: number;
}

/** The message as it goes to the dead topic: unchanged, with headers that say where it lay and why it is there. */
export function deadLetterOf(message: Message, { group, cause, attempts, at }: Burial): NewMessage {
  return {
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'dead-topic': message.topic,
      'dead-partition': String(message.partition),
      'dead-offset': String(message.offset),
      'dead-group': group,
      'dead-cause': causeText(cause),
      'dead-at': String(at),
      'dead-attempts': String(attempts),
    },
  };
}

function causeText(cause: unknown): string {
  const text = types.isNativeError(cause) ? `${cause.name}: ${cause.message}` : inspect(cause, { depth: 2 });
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_CAUSE_BYTES) return text;
  let end = MAX_CAUSE_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1; // not in the middle of a character
  return bytes.toString('utf8', 0, end);
}
