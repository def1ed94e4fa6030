import { type TopicSpec } from '@storey/events';

const DAY_MS = 24 * 60 * 60 * 1000;
const PARTITIONS = 12;
/** What was wanted an hour ago is wanted no more, or was asked for again. */
const BACKFILL_RETENTION_MS = 60 * 60 * 1000;

/** `CommentCommand`: accepted, to be applied by the one writer. Keyed by subject. */
export const COMMANDS_TOPIC = 'comment.commands.v1';
/** The group of the one writer. */
export const WRITER_GROUP = 'comment.job';
/** `CommentEvent`: what happened. Keyed by subject. */
export const EVENTS_TOPIC = 'comment.events.v1';

/** `CacheBackfill`: what somebody will want soon. Keyed by cache and id. */
export const BACKFILL_TOPIC = 'comment.backfill.v1';

/** Shorter than the memory of which messages were applied (8 days). */
export const RETENTION_MS = 7 * DAY_MS;

/** Whoever starts first creates them. */
export const commentTopics: readonly TopicSpec[] = [
  { name: COMMANDS_TOPIC, partitions: PARTITIONS, retentionMs: RETENTION_MS },
  { name: EVENTS_TOPIC, partitions: PARTITIONS, retentionMs: RETENTION_MS },
  { name: BACKFILL_TOPIC, partitions: PARTITIONS, retentionMs: BACKFILL_RETENTION_MS },
];
