import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';

export interface SmallTableOptions<V> {
  /** All rows. */
  readonly load: (signal: AbortSignal) => Promise<readonly V[]>;
  /** More are refused, and what is there is kept. */
  readonly maxRows: number;
  /** Between two reloads that nobody asked for; up to a fifth is cut off at random, so that processes load apart. */
  readonly everyMs: number;
  /** Told of reloads that failed. */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Since the start. */
export interface SmallTableCounts {
  loads: number;
  failures: number;
}

const JITTER = 0.2;

/**
 * A table that is small enough for every process to hold it whole. Readers have a snapshot, frozen, without waiting;
 * a snapshot is replaced whole or not at all. It is loaded anew when somebody says that it changed, and now and then in
 * case that was not heard; if that fails the last one stays, and is flagged.
 */
export class SmallTable<V> {
  readonly counts: SmallTableCounts = { loads: 0, failures: 0 };
  readonly #options: SmallTableOptions<V> & { readonly clock: Clock; readonly random: Random };
  readonly #closing = new AbortController();
  #rows: readonly V[] = Object.freeze([]);
  #isStale = false;
  #loading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  private constructor(options: SmallTableOptions<V>) {
    this.#options = { clock: systemClock, random: systemRandom, ...options };
  }

  /** @throws what the first `load` throws, RangeError for too many rows. */
  static async open<V>(options: SmallTableOptions<V>): Promise<SmallTable<V>> {
    const table = new SmallTable<V>(options);
    await table.#load();
    table.#plan();
    return table;
  }

  /** The same array until it is replaced. */
  get rows(): readonly V[] {
    return this.#rows;
  }

  /** The last reload failed: the rows are those before it. */
  get stale(): boolean {
    return this.#isStale;
  }

  /**
   * It changed: to be called when that is heard. Calls during a load share the one that follows it. Resolves when a load
   * that began after this call has ended, well or not.
   */
  reload(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    if (this.#loading) return (this.#next ??= this.#loading.then(() => this.#begin()));
    return this.#begin();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelTimer?.();
    await (this.#next ?? this.#loading);
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#loading = this.#tryLoad().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #tryLoad(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await this.#load();
      this.#isStale = false;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#isStale = true;
      this.counts.failures += 1;
      this.#options.onError(error);
    }
    this.#plan();
  }

  async #load(): Promise<void> {
    this.counts.loads += 1;
    const { load, maxRows } = this.#options;
    const rows = await load(this.#closing.signal);
    if (rows.length > maxRows) throw new RangeError(`${rows.length} rows are more than ${maxRows}.`);
    this.#rows = Object.freeze(rows.map((row) => Object.freeze(row)));
  }

  #plan(): void {
    const { clock, random, everyMs } = this.#options;
    this.#cancelTimer?.();
    if (this.#closing.signal.aborted) return;
    this.#cancelTimer = clock.after(everyMs * (1 - JITTER * random.float()), () => void this.reload());
  }
}
