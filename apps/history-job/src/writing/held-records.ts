import { isFinished, nameOf, wins, type Deletion, type RecordChange } from '@storey/history';

/** Where a change stood in the log. */
export interface Origin {
  readonly partition: number;
  readonly offset: bigint;
}

/** The latest change of one record, not yet written. */
export interface Held extends Origin {
  readonly change: RecordChange;
  /** When it must be written, ms of the monotonic clock. */
  readonly dueAt: number;
}

/** Records whose last write is remembered, so that what goes on after its end is not urgent again. */
const MAX_FINISHED = 50_000;

/** The latest known of each record until it is written, and the lowest offset that this still needs. */
export class HeldRecords {
  readonly #held = new Map<string, Held>();
  readonly #finished = new Map<string, number>();

  constructor(private readonly windowMs: number) {}

  get size(): number {
    return this.#held.size;
  }

  add(change: RecordChange, origin: Origin, now: number): void {
    const id = idOf(change);
    const earlier = this.#held.get(id);
    if (earlier && !wins(change, earlier.change)) return;
    const dueAt = Math.min(this.#dueAt(id, change, now), earlier?.dueAt ?? Infinity);
    const snapshot = change.snapshot ?? earlier?.change.snapshot;
    // What came with an earlier message must come again after a crash, so that one is needed until this is written.
    const needsEarlier = earlier !== undefined && change.snapshot === undefined;
    const { partition, offset } = needsEarlier ? earlier : origin;
    this.#held.delete(id);
    this.#held.set(id, { change: { ...change, snapshot }, partition, offset, dueAt });
  }

  /** Forgets what a deletion covers. */
  drop(userId: bigint, { business, oid, at }: Deletion): void {
    if (oid !== '') {
      const id = idOf({ userId, business, oid });
      if ((this.#held.get(id)?.change.at ?? Infinity) <= at) this.#held.delete(id);
      return;
    }
    for (const [id, { change }] of this.#held)
      if (change.userId === userId && change.at <= at && (business === '' || change.business === business))
        this.#held.delete(id);
  }

  /** Those whose time has come, at most `limit`. */
  due(now: number, limit: number): readonly Held[] {
    const due: Held[] = [];
    for (const held of this.#held.values()) {
      if (held.dueAt <= now) due.push(held);
      if (due.length === limit) break;
    }
    return due;
  }

  /** Those held longest without a change, or of one partition. */
  oldest(limit: number, partition?: number): readonly Held[] {
    const oldest: Held[] = [];
    for (const held of this.#held.values()) {
      if (partition === undefined || held.partition === partition) oldest.push(held);
      if (oldest.length === limit) break;
    }
    return oldest;
  }

  /** These were written; a change that came meanwhile stays. */
  written(written: readonly Held[], now: number): void {
    for (const held of written) {
      const id = idOf(held.change);
      if (this.#held.get(id) === held) this.#held.delete(id);
      if (isFinished(held.change)) this.#rememberFinished(id, now);
    }
  }

  /** Forgets a partition that another process has taken over; it hears all of it again. */
  dropPartition(partition: number): void {
    for (const [id, held] of this.#held) if (held.partition === partition) this.#held.delete(id);
  }

  /** The lowest offset of `partition` that is needed still. */
  lowest(partition: number): bigint | undefined {
    let lowest: bigint | undefined;
    for (const held of this.#held.values())
      if (held.partition === partition && (lowest === undefined || held.offset < lowest))
        lowest = held.offset;
    return lowest;
  }

  /** A record that ends is written at once, but not again and again while it goes on after its end. */
  #dueAt(id: string, change: RecordChange, now: number): number {
    const end = now + this.windowMs;
    if (!isFinished(change)) return end;
    const lastFinished = this.#finished.get(id) ?? -Infinity;
    return now - lastFinished < this.windowMs ? lastFinished + this.windowMs : now;
  }

  #rememberFinished(id: string, now: number): void {
    this.#finished.delete(id);
    this.#finished.set(id, now);
    const [oldest] = this.#finished.keys();
    if (this.#finished.size > MAX_FINISHED && oldest !== undefined) this.#finished.delete(oldest);
  }
}

const idOf = (key: { readonly userId: bigint; readonly business: string; readonly oid: string }): string =>
  `${key.userId} ${nameOf(key)}`;
