import { type Consumer, type EventLog, type Message } from '@storey/events';
import { type DeadLetters } from './dead-letters.js';

/** Letters are up to 1 MiB each, and kept in one transaction. */
const MAX_BATCH = 20;

export interface KeepOptions {
  /** Whose dead letters are kept. */
  readonly topics: readonly string[];
  /** The name of the consumer; one a domain. */
  readonly group: string;
  /** Told of each letter that is new: an alarm. */
  readonly onLetter: (letter: { readonly topic: string; readonly consumer: string }) => void;
}

/**
 * Follows the dead topics of `topics` and keeps what comes there in the database, where it can be looked at and decided
 * about. A database that is away only delays it: a consumer of a dead topic tries for ever. @returns ends it.
 */
export async function keepDeadLetters(
  log: EventLog,
  letters: DeadLetters,
  { topics, group, onLetter }: KeepOptions,
): Promise<() => Promise<void>> {
  const handle = async ({ messages }: { readonly messages: readonly Message[] }): Promise<void> => {
    for (const { headers } of await letters.keep(messages))
      onLetter({ topic: headers['dead-topic'] ?? '', consumer: headers['dead-group'] ?? '' });
  };
  const consumers: Consumer[] = [];
  for (const topic of topics)
    consumers.push(await log.subscribe({ topic: `${topic}.dead`, group, maxBatch: MAX_BATCH, handle }));
  return async () => {
    for (const consumer of consumers) await consumer.close();
  };
}
