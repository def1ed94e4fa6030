import { create, toBinary } from '@bufbuild/protobuf';
import { Flags } from '@storey/cache';
import { BACKFILL_TOPIC } from '@storey/comment';
import { runDetached, type Clock } from '@storey/context';
import { cacheEvents } from '@storey/contracts';
import { type EventLog, type NewMessage } from '@storey/events';
import { type Logger } from '@storey/observability';

/** The same is asked for once in this time. */
const REPEAT_MS = 1_000;
/** What was asked for within the last `REPEAT_MS`; beyond it nothing is. */
const MAX_REMEMBERED = 10_000;
/** On their way to the log, ~50 bytes each. */
const MAX_PENDING = 1_000;

/** Since the start, in ids. */
export interface BackfillCounts {
  sent: number;
  /** Asked for by this process a moment ago. */
  repeated: number;
  /** One of the two bounds was reached. */
  dropped: number;
  /** The log did not take them. */
  failed: number;
}

/**
 * Asks comment-job by a small message to rebuild what somebody will want soon. A reader neither waits for it nor fails
 * with it: what is not asked for now is asked for by the next.
 */
export class BackfillRequests {
  readonly counts: BackfillCounts = { sent: 0, repeated: 0, dropped: 0, failed: 0 };
  readonly #events: Pick<EventLog, 'append'>;
  readonly #logger: Logger;
  readonly #asked: Flags<string>;
  #waiting: NewMessage[] = [];
  #sending = 0;
  /** A log that is away is told of once. */
  #failing = false;

  constructor(events: Pick<EventLog, 'append'>, clock: Clock, logger: Logger) {
    this.#events = events;
    this.#logger = logger;
    this.#asked = new Flags(clock, { lifeMs: REPEAT_MS, most: MAX_REMEMBERED });
  }

  /** @param cache the name of its definition. @param ids as text. Never throws. */
  ask(cache: string, ids: readonly string[]): void {
    for (const id of ids) this.#add(cache, id);
    // Not within the deadline of whoever asked.
    if (this.#sending === 0 && this.#waiting.length > 0) runDetached(() => void this.#send());
  }

  #add(cache: string, id: string): void {
    const key = `${cache}/${id}`;
    const flag = this.#asked.raise(key);
    if (flag === 'up') this.counts.repeated += 1;
    else if (flag === 'full' || this.#waiting.length + this.#sending >= MAX_PENDING) {
      if (flag === 'raised') this.#asked.lower(key);
      this.counts.dropped += 1;
    } else {
      const message = create(cacheEvents.CacheBackfillSchema, { cache, id });
      this.#waiting.push({ key, value: toBinary(cacheEvents.CacheBackfillSchema, message) });
    }
  }

  /** One append at a time: what is asked for meanwhile goes with the next. */
  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      this.#sending = messages.length;
      await this.#append(messages);
    }
    this.#sending = 0;
  }

  async #append(messages: readonly NewMessage[]): Promise<void> {
    try {
      await this.#events.append(BACKFILL_TOPIC, messages);
      this.counts.sent += messages.length;
      this.#failing = false;
    } catch (error) {
      this.counts.failed += messages.length;
      if (!this.#failing) this.#logger.warn('backfill can not be asked for', { cause: String(error) });
      this.#failing = true;
    }
  }
}
