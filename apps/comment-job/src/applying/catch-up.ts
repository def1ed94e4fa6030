import { type Batch, type EventLog } from '@storey/events';

/**
 * Whether everything that waited in the log when this process started was handled: before, what readers get may be
 * older than what was promised.
 */
export class CatchUp {
  readonly #waiting: number;
  readonly #ends: readonly bigint[];
  /** By partition: the first offset delivered to us and the one behind the last that was handled. */
  readonly #handled = new Map<number, { readonly from: bigint; readonly to: bigint }>();

  private constructor(waiting: number, ends: readonly bigint[]) {
    this.#waiting = waiting;
    this.#ends = ends;
  }

  /** To be called before the group subscribes. */
  static async of(log: EventLog, topic: string, group: string): Promise<CatchUp> {
    const waiting = await log.lag(topic, group);
    return new CatchUp(waiting, await log.endOffsets(topic));
  }

  /** How many are left; more than what waited never counts. */
  get left(): number {
    let done = 0n;
    for (const [partition, { from, to }] of this.#handled) {
      const end = this.#ends[partition] ?? 0n;
      const until = to < end ? to : end;
      if (until > from) done += until - from;
    }
    return Math.max(0, this.#waiting - Number(done));
  }

  handled({ partition, messages }: Batch): void {
    const first = messages.at(0)?.offset;
    const last = messages.at(-1)?.offset;
    if (first === undefined || last === undefined) return;
    const from = this.#handled.get(partition)?.from ?? first;
    this.#handled.set(partition, { from, to: last + 1n });
  }
}
