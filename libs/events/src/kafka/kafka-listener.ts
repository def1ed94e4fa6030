import { runDetached } from '@storey/context';
import { type Consumer, type Listener, type Message } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { Fetcher, type Fetching, type FetchTarget, type Position } from './fetcher.js';
import { Trouble } from './trouble.js';

/** A broadcast listener: fetches each partition from its own position, without a group that the broker knows of. */
export class KafkaListener implements Consumer, FetchTarget {
  readonly #fetching: Fetching;
  readonly #handle: Listener['handle'];
  readonly #onError: ResolvedOptions['onError'];
  readonly #positions: bigint[];
  readonly #fetcher: Fetcher;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #paused = false;

  /** @param link of its own, closed with the listener: its fetches hold the connection */
  constructor(
    fetching: Fetching,
    handle: Listener['handle'],
    from: readonly bigint[],
    onError: ResolvedOptions['onError'],
  ) {
    this.#fetching = fetching;
    this.#handle = handle;
    this.#onError = onError;
    this.#positions = [...from];
    this.#fetcher = new Fetcher(fetching, this, new Trouble(onError, `events ${fetching.topic}: listener`));
    this.#done = runDetached(() => this.#fetcher.run(this.#closing.signal));
  }

  get size(): number {
    return this.#positions.length;
  }

  hungry(): readonly Position[] {
    return this.#paused ? [] : this.#positions.map((offset, partition) => ({ partition, offset }));
  }

  /** A listener that throws has still seen the messages: they do not come again. */
  take({ partition }: Position, messages: readonly Message[], next: bigint): void {
    if (this.#paused || this.#closing.signal.aborted) return; // fetched again, or never
    this.#positions[partition] = next;
    if (messages.length === 0) return;
    try {
      this.#handle(messages);
    } catch (error) {
      this.#onError(error, `events ${this.#fetching.topic}/${partition}: listener`);
    }
  }

  cut({ partition, offset }: Position, first: bigint): void {
    const error = new Error(`Offset ${offset} is not there; the listener goes on at ${first}.`);
    this.#onError(error, `events ${this.#fetching.topic}/${partition}: listener out of range`);
    this.#positions[partition] = first;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#fetcher.wake();
  }

  /** Nothing to commit. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
    this.#fetching.link.close();
  }
}
