import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { type EventLog } from '@storey/events';
import { COMMANDS_TOPIC, WRITER_GROUP } from '../topics.js';

type Log = Pick<EventLog, 'committed' | 'endOffsets' | 'read'>;

/** So long an answer is used again, ms. */
const FRESH_MS = 50;

/** How long the oldest accepted command has waited for the writer, seen from any process by what the log holds. */
export class WriterLag {
  readonly #log: Log;
  readonly #clock: Clock;
  #asked: { readonly at: number; readonly ms: Promise<number> } | undefined;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** 0 when none waits; `Infinity` while the log can't be asked. */
  ms(): Promise<number> {
    const now = this.#clock.monotonic();
    if (!this.#asked || now - this.#asked.at >= FRESH_MS) this.#asked = { at: now, ms: this.#ask() };
    return this.#asked.ms;
  }

  async #ask(): Promise<number> {
    try {
      const [ends, committed] = await Promise.all([
        this.#log.endOffsets(COMMANDS_TOPIC),
        this.#log.committed(COMMANDS_TOPIC, WRITER_GROUP),
      ]);
      const waits = ends.map((end, partition) => this.#wait(partition, committed[partition] ?? 0n, end));
      return Math.max(0, ...(await Promise.all(waits)));
    } catch (error) {
      if (isAppError(error)) return Infinity;
      throw error;
    }
  }

  async #wait(partition: number, from: bigint, end: bigint): Promise<number> {
    if (from >= end) return 0;
    const [oldest] = await this.#log.read(COMMANDS_TOPIC, partition, from, 1);
    return oldest ? this.#clock.now() - oldest.timestamp : 0;
  }
}
