import { type CommentIds } from '@storey/comment';
import { runDetached, type Clock } from '@storey/context';
import { type EventLog } from '@storey/events';
import { type Logger, type Metrics } from '@storey/observability';
import { patiently } from '@storey/resilience';
import { ExistingIds, type FilterSize } from './existing-ids.js';
import { HeardCommands } from './heard-commands.js';
import { loadIds } from './load-ids.js';

export interface ExistenceOptions {
  /** Of the database. */
  readonly ids: Pick<CommentIds, 'tables' | 'of'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly size?: FilterSize;
}

/** Knows the ids of all comments: read from the database in the background, and kept current from the log. */
export class Existence {
  readonly ids: ExistingIds;
  readonly #options: ExistenceOptions;
  readonly #closing = new AbortController();
  #heard: HeardCommands | undefined;
  #givenUp = false;
  #loading: Promise<void> = Promise.resolve();

  private constructor(options: ExistenceOptions) {
    this.#options = options;
    const completeAt = (): number => this.#heard?.completeAt ?? -Infinity;
    const { clock, size } = options;
    this.ids = new ExistingIds({ clock, completeAt, ...(size && { size }) });
  }

  /** Nobody waits for it: until it knows enough, and where it can't, it has nothing to say. */
  static start(options: ExistenceOptions): Existence {
    const existence = new Existence(options);
    existence.#show();
    existence.#loading = runDetached(() => existence.#load());
    return existence;
  }

  /** All ids are known, or none will be. */
  loaded(): Promise<void> {
    return this.#loading;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loading;
    await this.#heard?.close();
  }

  /** Listens first: what is stored while the tables are read is heard of. */
  async #load(): Promise<void> {
    const { ids, clock } = this.#options;
    const { signal } = this.#closing;
    const add = (id: bigint): boolean => this.#add(id);
    try {
      this.#heard = await patiently(() => this.#listen(), { clock, signal });
      if (await loadIds({ ids, clock, signal, add })) this.ids.complete();
    } catch (error) {
      if (!signal.aborted) this.#giveUp(String(error));
    }
  }

  #listen(): Promise<HeardCommands> {
    const { events, clock, logger } = this.#options;
    return HeardCommands.open({
      events,
      clock,
      hear: (id) => void this.#add(id),
      onMissed: () => this.#giveUp('commands were missed'),
      onError: (error) => logger.error('the end of the log could not be asked for', error),
    });
  }

  #add(id: bigint): boolean {
    if (this.#givenUp) return false;
    if (!this.ids.add(id)) this.#giveUp('there are too many comments');
    return !this.#givenUp;
  }

  #giveUp(cause: string): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    this.ids.giveUp();
    this.#options.logger.warn('absent comments are looked for in the database until the next start', {
      cause,
    });
  }

  #show(): void {
    const { metrics } = this.#options;
    const { ids } = this;
    const help = 'Ids of comments asked for';
    metrics.counted('storey_comment_existence_total', help, 'outcome', () => {
      const { asked, absent, falsePositives } = ids.counts;
      return { asked, absent, false_positive: falsePositives };
    });
    metrics.observed('storey_comment_existence_ids', 'Ids of comments known to exist', [], () => [
      [{}, ids.size],
    ]);
  }
}
