export type Domain = 'account' | 'comment' | 'history';

/** Integers come as bigint. */
export type Row = Readonly<Record<string, bigint | string | number | null | Uint8Array>>;

/** A consumer group that has not committed all of a partition. */
export interface Lag {
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly behind: number;
}

/** What is really stored, read past the product: nothing of it was told by the product itself. */
export interface Stored {
  /** All rows of a sharded table. */
  sharded(domain: Domain, base: string): readonly Row[];
  /** Of all outbox rows for a topic that are still kept. */
  outboxIds(domain: Domain, topic: string): readonly bigint[];
  /** Outbox rows that the log has not got. */
  unsent(domain: Domain): number;
  /** The `event-id` of every message that a topic ever got and still keeps. */
  logged(topic: string): ReadonlySet<string>;
  /** Every group that ever committed on a topic is held to all of its partitions. */
  lags(): readonly Lag[];
  /** Messages that were ever given up, by topic. */
  deadLetters(): Readonly<Record<string, number>>;
}
