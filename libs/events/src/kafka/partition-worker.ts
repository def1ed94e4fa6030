import { runDetached } from '@storey/context';
import { Delivery } from '../delivery.js';
import { misuse, partitionLost } from '../failures.js';
import { handlerEnded, sleepUnlessAborted } from '../stopping.js';
import { Wake } from '../wake.js';
import { type Message, type Subscription } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';

/** After an error of our own, ms. */
const AGAIN_MS = 1000;

export interface WorkerPort {
  readonly options: ResolvedOptions;
  readonly subscription: Subscription;
  /** The handler is through with everything before `offset`. */
  advance(partition: number, offset: bigint): void;
  /** Stores the message in the dead topic; resolves when durable. */
  bury(message: Message, cause: unknown, attempts: number): Promise<void>;
  /** The worker wants more messages. */
  hungry(): void;
}

export interface Assigned {
  readonly partition: number;
  readonly epoch: bigint;
  /** Where the group stands. */
  readonly offset: bigint;
  readonly paused: boolean;
}

/** One assignment of one partition: a bounded buffer of fetched messages, delivered one batch at a time. */
export class PartitionWorker {
  readonly #port: WorkerPort;
  readonly #assigned: Assigned;
  readonly #abort = new AbortController();
  readonly #wake = new Wake();
  readonly #done: Promise<void>;
  #buffer: readonly Message[] = [];
  /** Where the next fetch begins. */
  #next: bigint;
  /** One past what a handler has seen; nothing beyond it can be committed. */
  #delivered: bigint;
  #paused: boolean;
  #lost = false;

  constructor(port: WorkerPort, assigned: Assigned) {
    this.#port = port;
    this.#assigned = assigned;
    this.#next = assigned.offset;
    this.#delivered = assigned.offset;
    this.#paused = assigned.paused;
    this.#done = runDetached(() => this.#run());
  }

  /** Where to fetch from, or `undefined` while there is enough. One fetch beyond a batch is all that is kept. */
  get wants(): bigint | undefined {
    const enough = this.#paused || this.#buffer.length >= this.#port.subscription.maxBatch;
    return enough || this.#abort.signal.aborted ? undefined : this.#next;
  }

  /** @param next one past what was fetched from where `wants` said */
  take(messages: readonly Message[], next: bigint): void {
    this.#buffer = [...this.#buffer, ...messages];
    this.#next = next;
    this.#wake.wake();
  }

  /** Goes on at the first message that is left. */
  skipTo(offset: bigint): void {
    this.#next = offset;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake.wake();
    this.#port.hungry();
  }

  /** From now on nothing of this assignment counts. */
  lose(): void {
    this.#lost = true;
    this.#abort.abort(partitionLost(this.#port.subscription.topic, this.#assigned.partition));
    this.#wake.wake();
  }

  /** Aborts the handler's signal and waits, bounded, for it to end. What it does later is fenced off. */
  async stop(): Promise<void> {
    this.#abort.abort(partitionLost(this.#port.subscription.topic, this.#assigned.partition));
    this.#wake.wake();
    await handlerEnded(this.#done, this.#port.options, this.#where());
    this.#lost = true;
  }

  /** @throws AppError `conflict`, `internal` */
  checkCommit(offset: bigint): void {
    this.#check();
    if (offset > this.#delivered) throw misuse(`Offset ${offset} of ${this.#where()} was not delivered yet.`);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#paused || this.#buffer.length === 0) {
        await this.#wake.wait();
        continue;
      }
      try {
        await this.#step(signal);
      } catch (error) {
        this.#port.options.onError(error, this.#where());
        await sleepUnlessAborted(this.#port.options.clock, AGAIN_MS, signal);
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const messages = this.#buffer.slice(0, this.#port.subscription.maxBatch);
    const end = (messages.at(-1)?.offset ?? 0n) + 1n;
    if (end > this.#delivered) this.#delivered = end;
    const commitTo = await this.#deliver(messages, signal);
    if (commitTo === undefined) return;
    this.#port.options.faultPoint('events.deliver.before-commit');
    if (!this.#lost) this.#port.advance(this.#assigned.partition, commitTo);
    this.#buffer = this.#buffer.slice(messages.length);
    this.#port.hungry();
  }

  #deliver(messages: readonly Message[], signal: AbortSignal): Promise<bigint | undefined> {
    const { subscription, options } = this.#port;
    const { partition, epoch } = this.#assigned;
    const bury = async (message: Message, cause: unknown, attempts: number): Promise<void> => {
      this.#check();
      await this.#port.bury(message, cause, attempts);
    };
    const envelope = { topic: subscription.topic, partition, messages, signal, epoch, bury };
    return new Delivery(subscription, envelope, options).run();
  }

  #check(): void {
    if (this.#lost) throw partitionLost(this.#port.subscription.topic, this.#assigned.partition);
  }

  #where(): string {
    const { topic, group } = this.#port.subscription;
    return `events ${topic}/${this.#assigned.partition} ${group}`;
  }
}
