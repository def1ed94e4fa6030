import { type ResolvedOptions } from '../options.js';
import { type Coordinator } from './coordinator.js';
import { REQUEST_MS } from './link.js';
import { GENERATION_OVER, isRefusal, refusalOf, toFailure } from './refusals.js';

/** How long a handled batch may wait for the company of others, ms. */
const COMMIT_WITHIN_MS = 50;
const AGAIN_MS = 1000;

export interface Generation {
  readonly memberId: string;
  readonly generationId: number;
}

export interface CommitPort {
  readonly coordinator: Coordinator;
  readonly generation: Generation;
  readonly onError: ResolvedOptions['onError'];
  /** Told of each refusal by the group. */
  onRefused(error: unknown): void;
}

/**
 * The offsets of one assignment on their way to the broker, one request at a time with everything that changed. The
 * broker takes them of the present generation only; the generation is fixed here, so a late owner cannot commit in the
 * name of the next one.
 */
export class OffsetCommits {
  readonly #port: CommitPort;
  /** Kept with each offset: what the epochs of its partition count from. */
  readonly #births: ReadonlyMap<number, string>;
  readonly #wanted = new Map<number, bigint>();
  readonly #dirty = new Set<number>();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** An outage is told once, not at each try. */
  #reported = false;

  constructor(port: CommitPort, births: ReadonlyMap<number, string>) {
    this.#port = port;
    this.#births = births;
  }

  /** Never moves backwards; written soon. */
  advance(partition: number, offset: bigint): void {
    if (offset <= (this.#wanted.get(partition) ?? -1n)) return;
    this.#wanted.set(partition, offset);
    this.#dirty.add(partition);
    this.#writeWithin(COMMIT_WITHIN_MS);
  }

  /** Where the group stands, without writing it. */
  begin(partition: number, offset: bigint): void {
    this.#wanted.set(partition, offset);
  }

  /** Resolves when everything so far is with the broker. @throws AppError `unavailable`, or the group's refusal */
  async flush(): Promise<void> {
    if (this.#running) await this.#running.catch(() => undefined); // its offsets are dirty again, and follow here
    while (this.#dirty.size > 0) await (this.#running ??= this.#write());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #writeWithin(ms: number): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => this.#failed(error));
    }, ms);
    this.#timer.unref();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const where = `events group ${this.#port.coordinator.groupId}: commit`;
    if (!this.#reported && !isRefusal(error, GENERATION_OVER)) this.#port.onError(error, where);
    this.#reported = true;
    this.#writeWithin(AGAIN_MS);
  }

  async #write(): Promise<void> {
    const { coordinator, generation } = this.#port;
    const partitions = [...this.#dirty];
    this.#dirty.clear();
    const topics = [{ topic: coordinator.topic, partitions: partitions.map((each) => this.#entry(each)) }];
    try {
      await coordinator.run('commit', REQUEST_MS, (broker) =>
        broker.offsetCommit({
          groupId: coordinator.groupId,
          memberId: generation.memberId,
          groupGenerationId: generation.generationId,
          topics,
        }),
      );
      this.#reported = false;
    } catch (error) {
      for (const partition of partitions) this.#dirty.add(partition);
      if (refusalOf(error)) this.#port.onRefused(error);
      throw refusalOf(error) ?? toFailure(error, coordinator.topic);
    } finally {
      this.#running = undefined;
    }
  }

  #entry(partition: number): { partition: number; offset: string; metadata: string } {
    const offset = String(this.#wanted.get(partition) ?? 0n);
    return { partition, offset, metadata: this.#births.get(partition) ?? '' };
  }
}
