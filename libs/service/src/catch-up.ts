import { unavailable } from '@storey/errors';
import { type Batch, type EventLog } from '@storey/events';

type Log = Pick<EventLog, 'endOffsets' | 'committed'>;

/**
 * Whether all that a topic held when this process started has been handled, by this process or by another of its group:
 * before, what readers get may be older than what was promised.
 */
export class CatchUp {
  readonly #log: Log;
  readonly #topic: string;
  readonly #group: string;
  readonly #ends: readonly bigint[];
  /** By partition: one past the last that was handled here. */
  readonly #handled = new Map<number, bigint>();
  #done = false;

  private constructor(log: Log, topic: string, group: string, ends: readonly bigint[]) {
    this.#log = log;
    this.#topic = topic;
    this.#group = group;
    this.#ends = ends;
  }

  /** To be called before the group subscribes. */
  static async begin(log: Log, topic: string, group: string): Promise<CatchUp> {
    return new CatchUp(log, topic, group, await log.endOffsets(topic));
  }

  /** A batch was handled; written or safe in memory, as the consumer sees it. */
  handled({ partition, messages }: Pick<Batch, 'partition' | 'messages'>): void {
    const last = messages.at(-1);
    if (last) this.#handled.set(partition, last.offset + 1n);
  }

  /** @throws AppError `unavailable` while something is left. Once all is done it stays so. */
  async check(): Promise<void> {
    if (this.#done) return;
    const committed = await this.#log.committed(this.#topic, this.#group);
    const left = this.#ends.filter((end, partition) => {
      const handled = this.#handled.get(partition) ?? 0n;
      return handled < end && (committed[partition] ?? 0n) < end;
    });
    if (left.length > 0)
      throw unavailable(`${left.length} partitions of ${this.#topic} hold messages of before the start.`);
    this.#done = true;
  }
}
