import { unavailable } from '@storey/errors';
import { type Batch, type EventLog } from '@storey/events';
import { HISTORY_JOB, HISTORY_UPDATES } from '@storey/history';

/** Whether what the log held at boot has been read. What waits for its window counts: it is in memory and in the log. */
export class CatchingUp {
  #missing: bigint;
  readonly #ends: readonly bigint[];

  private constructor(missing: bigint, ends: readonly bigint[]) {
    this.#missing = missing;
    this.#ends = ends;
  }

  /** Must be made before anything is consumed. */
  static async begin(events: EventLog): Promise<CatchingUp> {
    const lag = await events.lag(HISTORY_UPDATES.name, HISTORY_JOB);
    return new CatchingUp(BigInt(lag), await events.endOffsets(HISTORY_UPDATES.name));
  }

  /** A batch was handled, for the first and only time. */
  handled({ partition, messages }: Batch): void {
    const end = this.#ends[partition] ?? 0n;
    this.#missing -= BigInt(messages.filter(({ offset }) => offset < end).length);
  }

  /** @throws AppError unavailable while something is missing. */
  async check(): Promise<void> {
    if (this.#missing > 0n) throw unavailable(`${this.#missing} messages of the log are not read yet.`);
  }
}
