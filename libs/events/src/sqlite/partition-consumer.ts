import { setImmediate } from 'node:timers/promises';
import { runDetached } from '@storey/context';
import { Delivery } from '../delivery.js';
import { partitionLost, misuse } from '../failures.js';
import { handlerEnded, sleepUnlessAborted } from '../stopping.js';
import { Wake } from '../wake.js';
import { type Message, type Subscription } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { type Partition } from './catalog.js';
import { type GroupOffsets } from './group-offsets.js';

/** After an error of the log itself, ms. */
const AGAIN_MS = 1000;

/** What a consumer needs of the log. */
export interface ConsumerPort {
  readonly options: ResolvedOptions;
  readonly offsets: GroupOffsets;
  read(partition: Partition, from: bigint, limit: number): readonly Message[];
  /** Stores the message in the dead topic; resolves when durable. */
  bury(message: Message, burial: { group: string; cause: unknown; attempts: number }): Promise<void>;
  /** An offset was committed in memory. */
  committed(): void;
  flushOffsets(): Promise<void>;
}

/** One assignment of one partition to one member: reads, delivers, commits, one batch at a time. */
export class PartitionConsumer {
  readonly #port: ConsumerPort;
  readonly #partition: Partition;
  readonly #subscription: Subscription;
  readonly #epoch: bigint;
  readonly #abort = new AbortController();
  readonly #wake = new Wake();
  /** Where the next read begins. */
  #next: bigint;
  /** One past what a handler has seen; nothing beyond it can be committed. */
  #delivered: bigint;
  #paused: boolean;
  #lost = false;
  readonly #done: Promise<void>;

  constructor(
    port: ConsumerPort,
    partition: Partition,
    subscription: Subscription,
    { epoch, paused }: { readonly epoch: bigint; readonly paused: boolean },
  ) {
    this.#port = port;
    this.#partition = partition;
    this.#subscription = subscription;
    this.#epoch = epoch;
    this.#paused = paused;
    this.#next = port.offsets.position(partition, subscription.group);
    this.#delivered = this.#next;
    this.#done = runDetached(() => this.#run());
  }

  wake(): void {
    this.#wake.wake();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  /** Aborts the handler's signal and waits, bounded, for it to end. What it does later is fenced off. */
  async stop(): Promise<void> {
    this.#abort.abort(partitionLost(this.#partition.topic, this.#partition.number));
    this.wake();
    await handlerEnded(this.#done, this.#port.options, this.#where());
    this.#lost = true;
  }

  async commit(offset: bigint): Promise<void> {
    this.#check();
    if (offset > this.#delivered) throw misuse(`Offset ${offset} of ${this.#where()} was not delivered yet.`);
    this.#advance(offset);
    await this.#port.flushOffsets();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#paused || this.#next >= this.#partition.end) {
        await this.#wake.wait();
        continue;
      }
      try {
        await this.#step(signal);
      } catch (error) {
        this.#port.options.onError(error, this.#where());
        await sleepUnlessAborted(this.#port.options.clock, AGAIN_MS, signal);
      }
      await setImmediate(); // the other partitions' turn
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const messages = this.#port.read(this.#partition, this.#next, this.#subscription.maxBatch);
    const end = (messages.at(-1)?.offset ?? this.#partition.end - 1n) + 1n;
    if (end > this.#delivered) this.#delivered = end;
    const commitTo = messages.length === 0 ? end : await this.#deliver(messages, signal);
    if (commitTo === undefined) return;
    this.#port.options.faultPoint('events.deliver.before-commit');
    if (!this.#lost) this.#advance(commitTo);
    this.#next = end;
  }

  #deliver(messages: readonly Message[], signal: AbortSignal): Promise<bigint | undefined> {
    const { topic, number: partition } = this.#partition;
    const bury = async (message: Message, cause: unknown, attempts: number): Promise<void> => {
      this.#check();
      await this.#port.bury(message, { group: this.#subscription.group, cause, attempts });
    };
    const envelope = { topic, partition, messages, signal, epoch: this.#epoch, bury };
    return new Delivery(this.#subscription, envelope, this.#port.options).run();
  }

  #advance(offset: bigint): void {
    this.#port.offsets.advance(this.#partition, this.#subscription.group, offset);
    this.#port.committed();
  }

  #check(): void {
    if (this.#lost) throw partitionLost(this.#partition.topic, this.#partition.number);
  }

  #where(): string {
    return `events ${this.#partition.topic}/${this.#partition.number} ${this.#subscription.group}`;
  }
}
