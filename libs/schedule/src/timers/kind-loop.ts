import { type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { Alarm } from '../alarm.js';
import { type ScheduleTables } from '../tables.js';
import { type Taker } from './taking.js';
import { nextTimer } from './timer-rows.js';

/** Timers of other processes are seen this late at most, and a step of the wall clock. */
const TICK_MS = 1000;
/** What is due within it goes off together, and commits within it are looked at together. */
const SLOT_MS = 20;
/** Others hold what is due. */
const BUSY_MS = 250;

export interface KindLoopOptions {
  readonly sql: Sql<ScheduleTables>;
  readonly clock: Clock;
  readonly kind: string;
  readonly taker: Taker;
  readonly closing: AbortSignal;
  /** Once until it works again. */
  readonly onError: (error: unknown) => void;
}

/** Sleeps until the next timer of its kind is due, and lets it go off. */
export class KindLoop {
  readonly ended: Promise<void>;
  readonly #options: KindLoopOptions;
  readonly #alarm: Alarm;
  #waking = false;
  #failing = false;

  constructor(options: KindLoopOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.ended = this.#run();
  }

  /** Something was scheduled. */
  wakeSoon(): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#options.clock.after(SLOT_MS, () => {
      this.#waking = false;
      this.#alarm.wake();
    });
  }

  wake(): void {
    this.#alarm.wake();
  }

  async #run(): Promise<void> {
    while (!this.#options.closing.aborted) await this.#alarm.wait(await this.#round());
  }

  /** @returns how long there is nothing to do, ms. */
  async #round(): Promise<number> {
    const { clock, sql, kind } = this.#options;
    try {
      const idle = (await nextTimer(sql, kind)) <= clock.now() && !(await this.#drain());
      this.#failing = false;
      if (idle) return BUSY_MS;
      return Math.min(TICK_MS, Math.max(SLOT_MS, (await nextTimer(sql, kind)) - clock.now()));
    } catch (error) {
      if (!this.#failing) this.#options.onError(error);
      this.#failing = true;
      return TICK_MS;
    }
  }

  /** @returns whether there was anything to take. */
  async #drain(): Promise<boolean> {
    for (let all = 0; ;) {
      const { count, more } = await this.#options.taker.take();
      all += count;
      if (!more || this.#options.closing.aborted) return all > 0;
    }
  }
}
