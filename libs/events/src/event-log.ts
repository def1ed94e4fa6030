/**
 * A log of events: topics in partitions, ordered by key, kept for replay, delivered at least once.
 *
 * `append` resolves when the messages are durable; it is never cancelled once begun, so an aborted wait means
 * "outcome unknown". Messages of one key keep their order; the partition is `partitionOf(key, partitions)`.
 */
export abstract class EventLog {
  /**
   * Creates topics that are missing, each with its `<name>.dead` of as many partitions, and takes over a changed
   * retention. @throws AppError `conflict` when one exists with other partitions: its keys would lose their order.
   */
  abstract createTopics(topics: readonly TopicSpec[]): Promise<void>;

  /**
   * One call is at most 8 MiB, one message 1 MiB (key, headers and value together). Values must not be changed
   * before this settles.
   * @throws AppError `unavailable` when the log refuses (nothing was stored),
   *   `outcome_unknown` when it may have been stored, `too_large`.
   */
  abstract append(topic: string, messages: readonly NewMessage[]): Promise<void>;

  /**
   * Delivers every partition of `topic` to one member of `group` at a time, from the group's committed offset, the
   * first time from the earliest message. One handler call per partition at a time, unless `flow` says otherwise.
   */
  abstract subscribe(subscription: Subscription): Promise<Consumer>;

  /** Delivers every message appended from now on (or after `from`) to this process, without group or commit. */
  abstract listen(listener: Listener): Promise<Consumer>;

  /** Messages not yet committed by `group`, over all partitions. */
  abstract lag(topic: string, group: string): Promise<number>;

  /**
   * The offset that `group` has committed in each partition, in order; 0 where it has none yet. Everything before it is
   * handled, by whichever process: a start that must catch up first compares it with the `endOffsets` of then.
   */
  abstract committed(topic: string, group: string): Promise<readonly bigint[]>;

  /** One past the last offset of each partition, in order. */
  abstract endOffsets(topic: string): Promise<readonly bigint[]>;

  /**
   * Reads stored messages without a group, for replay and inspection, in order: at most `limit`, 1,000 or 1 MiB, but
   * at least one if there is one. An offset that was cut already reads from the first kept.
   */
  abstract read(topic: string, partition: number, from: bigint, limit: number): Promise<readonly Message[]>;

  /** What an operator watches. */
  abstract stats(): EventLogStats;

  /** @throws AppError `unavailable` */
  abstract ping(): Promise<void>;
  /** Waits (bounded) for running handlers, commits what is done, and closes. */
  abstract close(): Promise<void>;
}

export interface EventLogStats {
  /** Bytes of appends that wait for their commit. */
  readonly pendingBytes: number;
  /** Partitions that keep messages past their retention because a group has not committed them. */
  readonly retentionBlocked: number;
}

export interface TopicSpec {
  /** Letters, digits, `.`, `_`, `-`; `.dead` at the end is reserved. */
  readonly name: string;
  readonly partitions: number;
  /** What is kept for replay at least; older messages that every group has passed are cut. */
  readonly retentionMs: number;
  /** False: of no use once the machine went down, with which it may go. Default true; a cluster has its replicas for that. */
  readonly durable?: boolean;
}

export interface NewMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Message extends Required<NewMessage> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Wall clock at append, ms. */
  readonly timestamp: number;
}

/** One delivery of messages of one partition: consecutive ones, or with `flow` those whose turn it is, each key's in order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
  /** Aborts when the partition is taken away or the consumer closes: begin nothing new. */
  readonly signal: AbortSignal;
  /** Rises with every assignment of this partition; fences off a late owner. */
  readonly epoch: bigint;
  /**
   * Gives up on one message: it goes to `<topic>.dead` with its cause and counts as handled, also when the batch is
   * tried again. Durable when this resolves, and always before the batch is committed.
   */
  deadLetter(message: Message, cause: unknown): Promise<void>;
}

export interface Subscription {
  readonly topic: string;
  readonly group: string;
  /** 1–1000. */
  readonly maxBatch: number;
  /**
   * Resolves when every message of the batch was handled or dead-lettered: then the offset behind the batch is
   * committed. `{ commitTo }` commits only up to that offset (the lowest unfinished) and goes on with the next batch;
   * what was not committed comes again after a restart. A rejection delivers the same batch again along the delay
   * ladder of `retry`; after its last step each message is tried alone and the one that still fails is dead-lettered.
   * An outage (`isOutage`) is no fault of the message: it is tried again for ever at the last delay, nothing is
   * dead-lettered. So is every failure on a dead topic, which has none of its own.
   *
   * A handler that answers `commitTo` answers for its partition: the next batch that resolves without it commits all
   * before. A `commitTo` behind the batch commits the batch.
   */
  readonly handle: (batch: Batch) => Promise<void | { readonly commitTo: bigint }>;
  /** Delays between tries, ms. Default 100, 500, 2000, 5000. */
  readonly retry?: readonly number[];
  /** Without: a partition is one queue, and one handler runs at a time. */
  readonly flow?: Flow;
  /**
   * Turns of a partition begin so far apart, unless more waits than fits into one: what comes meanwhile is handled together,
   * and costs its commit once. After a rest nothing waits. Default 0.
   */
  readonly apartMs?: number;
}

/**
 * Fair turns of the keys inside a partition. Messages wait in a queue for each key; the handler gets bounded turns of
 * several keys, each key's messages in order and never in two turns at a time. A key that was in a turn goes behind all
 * that wait: it may be as loud as it likes, the others are as quick as without it.
 *
 * Committed is the lowest unfinished message, so after a death some that were handled come again. A rejection divides its
 * turn: each key climbs the ladder alone, and only keys that fail are held back. An outage holds the turn as it is.
 */
export interface Flow {
  /**
   * Messages of a partition between the committed offset and the last that was fetched, finished or not. At this bound, or
   * at `maxPendingBytes` of unfinished ones, the partition is not fetched from; a fetch may bring 1 MiB beyond.
   */
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  /** Messages of one key in a turn with others, at most `maxBatch`; a key that is alone may fill its turn. */
  readonly maxTurn: number;
  /** Turns of a partition that are handled at a time. Default 1. */
  readonly parallel?: number;
  /** How many messages a turn may hold at present, up to `maxBatch`; is told how long each took. Default: `maxBatch`. */
  readonly size?: BatchSize;
}

/** A size that learns, as PipelineSize of @storey/cache does. */
export interface BatchSize {
  readonly current: number;
  /** Runs `work`, which handles so many `items`. */
  time<T>(items: number, work: () => Promise<T>): Promise<T>;
}

export interface Listener {
  readonly topic: string;
  /** Per partition; default: from the end, as it is when this resolves. */
  readonly from?: readonly bigint[];
  /** Synchronous. What it throws is reported, and the listener goes on with the next messages. */
  readonly handle: (messages: readonly Message[]) => void;
}

export interface Consumer {
  /** Stops fetching, lets the running handler end (bounded), commits. */
  close(): Promise<void>;
  /** Stops fetching until `resume`; for back-pressure. */
  pause(): void;
  resume(): void;
  /**
   * Commits what a handler finished later than it returned; resolves when durable, never moves backwards. No effect
   * on a listener.
   * @throws AppError `conflict` when the partition was taken away, `internal` for an offset not yet delivered.
   */
  commit(partition: number, offset: bigint): Promise<void>;
}
