import { runDetached } from '@storey/context';
import { MAX_READ_MESSAGES } from '../limits.js';
import { type Consumer, type Listener, type Message } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { type Partition } from './catalog.js';

/** After an error of the log itself, ms. */
const AGAIN_MS = 1000;

interface Position {
  readonly partition: Partition;
  next: bigint;
  scheduled: boolean;
}

export interface ListenerPort {
  readonly options: ResolvedOptions;
  read(partition: Partition, from: bigint, limit: number): readonly Message[];
}

/** A broadcast listener: reads each partition from its own position, without group or commit. */
export class LogListener implements Consumer {
  readonly #topic: string;
  readonly #port: ListenerPort;
  readonly #handle: Listener['handle'];
  readonly #positions: readonly Position[];
  readonly #onClose: () => void;
  #paused = false;
  #closed = false;

  constructor(
    port: ListenerPort,
    { topic, from, handle }: Listener,
    partitions: readonly Partition[],
    onClose: () => void,
  ) {
    this.#topic = topic;
    this.#onClose = onClose;
    this.#port = port;
    this.#handle = handle;
    this.#positions = partitions.map((partition, index) => ({
      partition,
      next: from?.[index] ?? partition.end,
      scheduled: false,
    }));
    this.resume();
  }

  wake(partition: number): void {
    const position = this.#positions[partition];
    if (!position || position.scheduled || this.#idle(position)) return;
    position.scheduled = true;
    runDetached(() => setImmediate(() => this.#drain(position)));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const { partition } of this.#positions) this.wake(partition.number);
  }

  /** Nothing to commit. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#onClose();
    return Promise.resolve();
  }

  #idle({ next, partition }: Position): boolean {
    return this.#paused || this.#closed || next >= partition.end;
  }

  #drain(position: Position): void {
    position.scheduled = false;
    if (this.#idle(position)) return;
    const { partition } = position;
    try {
      const messages = this.#port.read(partition, position.next, MAX_READ_MESSAGES);
      position.next = (messages.at(-1)?.offset ?? partition.end - 1n) + 1n;
      if (messages.length > 0) this.#deliver(messages, partition);
    } catch (error) {
      this.#port.options.onError(error, `events ${this.#topic}/${partition.number}: read of a listener`);
      this.#port.options.clock.after(AGAIN_MS, () => this.wake(partition.number));
      return;
    }
    this.wake(partition.number);
  }

  /** A listener that throws has still seen the messages: they do not come again. */
  #deliver(messages: readonly Message[], partition: Partition): void {
    try {
      this.#handle(messages);
    } catch (error) {
      this.#port.options.onError(error, `events ${this.#topic}/${partition.number}: listener`);
    }
  }
}
