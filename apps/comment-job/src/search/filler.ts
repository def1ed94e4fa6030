import { searchDocument, type Comments, type WorkPaces } from '@storey/comment';
import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { type Logger } from '@storey/observability';
import { type Search, type SearchDocument } from '@storey/search';
import { tableNumbers, type Tables } from '@storey/sql';

const PAGE = 200;
const RETRY_MS = 5000;
/** Tells that the index was filled to the end. No state of a comment, so nobody finds it; no comment has its id. */
const FILLED = 'filled';
const MARK: SearchDocument = { id: 1n, version: 1n, text: '', keywords: { state: FILLED }, at: 0 };

export interface FillerOptions {
  readonly search: Search;
  readonly comments: Comments;
  /** Where comments lie. */
  readonly tables: Tables;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly paces: WorkPaces;
}

/**
 * Fills an index that was never filled to its end from the tables, at the start: the log keeps a week, comments are kept for
 * ever. What events put there meanwhile stands, for each row comes with the version of its moment.
 */
export class Filler {
  readonly #options: FillerOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: FillerOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Resolves when there is nothing more to fill. */
  get done(): Promise<void> {
    return this.#done;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        if (!(await this.#isFilled())) await this.#fill();
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!isAppError(error)) logger.error('the search was not filled', error);
        else logger.warn('the search is not filled yet', { cause: error.message });
        await this.#unlessClosed((signal) => this.#options.clock.sleep(RETRY_MS, signal));
      }
    }
  }

  async #isFilled(): Promise<boolean> {
    const marks = { keywords: { state: [FILLED] }, sort: 'new', limit: 1 } as const;
    return (await this.#options.search.find(marks)).length > 0;
  }

  async #fill(): Promise<void> {
    const { tables, logger, search } = this.#options;
    let filled = 0;
    for (const table of tableNumbers(tables)) filled += await this.#fillFrom(table);
    if (this.#closing.signal.aborted) return;
    await search.put([MARK]);
    if (filled > 0) logger.info('the search is filled', { comments: filled });
  }

  async #fillFrom(table: number): Promise<number> {
    const { search, comments, logger } = this.#options;
    let filled = 0;
    for (let after = 0n; !this.#closing.signal.aborted;) {
      const page = await comments.scan(table, after, PAGE);
      const documents = page.map(({ record, subjectVersion }) => searchDocument(record, subjectVersion));
      for (const { id, cause } of await search.put(documents))
        logger.error('a comment is not searchable', cause, { id: String(id) });
      filled += page.length;
      if (page.length < PAGE) break;
      after = page.at(-1)?.record.id ?? after;
      await this.#unlessClosed((signal) => this.#options.paces.pass('bulk', PAGE, signal));
    }
    return filled;
  }

  /** Closing ends it. */
  async #unlessClosed(pause: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    await pause(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
