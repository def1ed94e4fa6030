import { type TipRow } from '@storey/account';
import { isAppError } from '@storey/errors';
import { type Logger } from '@storey/observability';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { isRefusal } from './comment-side.js';
import { type TipCounts } from './tip-counts.js';
import { type TipDriver } from './tip-driver.js';

/** Tips of one sweep, and how many of them are on their way together. */
const MAX_TIPS = 200;
const AT_ONCE = 8;
/** One that could not be brought to its end waits that long. */
const AGAIN_MS = 5_000;

export interface TipSweepOptions {
  readonly store: Store;
  readonly driver: TipDriver;
  readonly sources: Sources;
  readonly counts: TipCounts;
  readonly logger: Logger;
}

/** Brings to their end the tips that nobody drives any more: whoever did has died, or one side was away. */
export class TipSweep {
  readonly #options: TipSweepOptions;

  constructor(options: TipSweepOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { store, sources, counts } = this.#options;
    const due = await store.tips.due(sources.now(), MAX_TIPS);
    counts.oldestMs = Math.max(0, ...due.map((tip) => Number(sources.now() - tip.created_at)));
    const tips = due.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#driveEach(tips)));
  }

  async #driveEach(tips: Iterator<TipRow>): Promise<void> {
    for (let next = tips.next(); !next.done; next = tips.next()) await this.#drive(next.value);
  }

  async #drive(tip: TipRow): Promise<void> {
    const { driver, logger } = this.#options;
    try {
      await driver.drive(tip);
    } catch (error) {
      if (!isAppError(error)) throw error;
      // Refused while it was tried: it is cancelled. Refused what was decided: the two sides disagree.
      if (tip.state !== 'trying' && isRefusal(error))
        logger.error('a tip was decided otherwise over there', error, { tip: String(tip.id) });
      await this.#postpone(tip);
    }
  }

  async #postpone(tip: TipRow): Promise<void> {
    const { store, sources } = this.#options;
    const change = { due_at: sources.now() + BigInt(AGAIN_MS) };
    await store.sql.transaction((tx) => store.tips.update(tx, tip, change));
  }
}
