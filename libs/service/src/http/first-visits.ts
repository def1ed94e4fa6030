import { currentContext, type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { type Logger } from '@storey/observability';

/** Visitors that are remembered; who is forgotten is told of again, without effect. */
const MAX_KNOWN = 50_000;
/** Longer than a day anywhere; a visit that could not be told of is tried again much sooner. */
const KNOWN_MS = 48 * 3_600_000;
const AGAIN_MS = 10_000;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Tells of a user's visit on a day: once a day from each process, however much he does. */
export class FirstVisits {
  /** Until when nothing is told, by user and day; the longest known first. */
  readonly #known = new Map<string, number>();
  readonly #tell: (date: string) => Promise<unknown>;
  readonly #clock: Clock;
  readonly #logger: Logger;

  /** @param tell once for a user and day: again has no effect. */
  constructor(tell: (date: string) => Promise<unknown>, clock: Clock, logger: Logger) {
    this.#tell = tell;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Waits for the answer, so that the visitor's next look finds his points. Never throws for what was not told. */
  async saw(date: string): Promise<void> {
    const { principal } = currentContext();
    if (!principal || !DATE.test(date)) return;
    const name = `${principal.userId} ${date}`;
    if ((this.#known.get(name) ?? 0) > this.#clock.monotonic()) return;
    this.#know(name, KNOWN_MS);
    try {
      await this.#tell(date);
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.#know(name, AGAIN_MS);
      this.#logger.warn('a first visit was not told of', { cause: String(error) });
    }
  }

  #know(name: string, ms: number): void {
    this.#known.delete(name);
    this.#known.set(name, this.#clock.monotonic() + ms);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
