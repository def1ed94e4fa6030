export { EventLog } from './event-log.js';
export type {
  Batch,
  BatchSize,
  Consumer,
  EventLogStats,
  Flow,
  Listener,
  Message,
  NewMessage,
  Subscription,
  TopicSpec,
} from './event-log.js';
export { openEventLog } from './open-event-log.js';
export type { EventLogOptions, FaultPoint } from './options.js';
export { isOutage } from '@storey/errors';
export { murmur2, partitionOf } from './partition-of.js';
