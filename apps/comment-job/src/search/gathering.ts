import { type Clock } from '@storey/context';
import { type Batch } from '@storey/events';

export interface GatheringOptions {
  /** Messages of a batch that need not wait for company. */
  readonly full: number;
  readonly apartMs: number;
}

/** Holds the batches of one partition apart, unless they are full: what comes meanwhile is one batch. The first waits for nothing. */
export class Gathering {
  readonly #clock: Clock;
  readonly #options: GatheringOptions;
  /** When the next may go, by partition; monotonic ms. */
  readonly #next = new Map<number, number>();
  readonly #over = new AbortController();

  constructor(clock: Clock, options: GatheringOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Resolves when it is the batch's turn. @throws what its signal aborts with */
  async turn({
    partition,
    messages,
    signal,
  }: Pick<Batch, 'partition' | 'messages' | 'signal'>): Promise<void> {
    const wait = (this.#next.get(partition) ?? 0) - this.#clock.monotonic();
    if (wait > 0 && messages.length < this.#options.full) await this.#wait(wait, signal);
    this.#next.set(partition, this.#clock.monotonic() + this.#options.apartMs);
  }

  /** From now on nothing waits: a consumer that closes leaves nothing behind that it was already given. */
  end(): void {
    this.#over.abort();
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(ms, AbortSignal.any([signal, this.#over.signal]));
    } catch (error) {
      if (!this.#over.signal.aborted) throw error;
    }
  }
}
