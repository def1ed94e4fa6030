import { AppError } from '@storey/errors';
import { isDeadTopic } from './dead-letter.js';
import { misuse } from './failures.js';
import { type TopicSpec } from './event-log.js';

const MAX_PARTITIONS = 1024;

/** @throws AppError `internal` for a spec that no adapter takes */
export function checkTopic({ name, partitions, retentionMs }: TopicSpec): void {
  if (!/^[\w.-]{1,200}$/.test(name))
    throw misuse(`Topic name ${name} has other characters than Kafka allows.`);
  if (isDeadTopic(name)) throw misuse(`Topic ${name} is created together with its topic.`);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw misuse(`Topic ${name} needs 1 to ${MAX_PARTITIONS} partitions.`);
  }
  if (!(retentionMs >= 0)) throw misuse(`Topic ${name} needs a retention of at least 0 ms.`);
}

export const topicDiffers = (name: string, has: number, wanted: number): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'EVENTS_TOPIC_DIFFERS',
    message: `Topic ${name} has ${has} partitions, not ${wanted}; keys would lose their order.`,
  });
