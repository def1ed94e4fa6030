import { AppError } from '@storey/errors';

/** What this package refuses, each with its code. */

export const closed = (what: string): AppError =>
  new AppError({ kind: 'unavailable', code: 'EVENTS_CLOSED', message: `${what} is closed.` });

export const topicUnknown = (name: string): AppError =>
  new AppError({ kind: 'internal', code: 'EVENTS_TOPIC_UNKNOWN', message: `No topic ${name} was created.` });

export const misuse = (message: string): AppError =>
  new AppError({ kind: 'internal', code: 'EVENTS_MISUSE', message });

export const tooLarge = (message: string): AppError =>
  new AppError({ kind: 'too_large', code: 'EVENTS_TOO_LARGE', message });

export const partitionLost = (topic: string, partition: number): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'EVENTS_PARTITION_LOST',
    message: `Partition ${partition} of ${topic} has another owner by now.`,
  });
