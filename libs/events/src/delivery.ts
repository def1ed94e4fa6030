import { misuse } from './failures.js';
import { DEFAULT_RETRY } from './limits.js';
import { isOutage } from './outage.js';
import { type Batch, type Message, type Subscription } from './event-log.js';
import { type ResolvedOptions } from './options.js';

/** Between tries of an outage when the ladder is empty, ms. */
const OUTAGE_DELAY_MS = 1000;

export interface Envelope extends Omit<Batch, 'deadLetter'> {
  /** Stores the message in the dead topic; resolves when it is durable. */
  readonly bury: (message: Message, cause: unknown, attempts: number) => Promise<void>;
}

/** Wrapped, because a handler may reject with `undefined`. */
interface Failure {
  readonly reason: unknown;
}

/** One batch on its way through the handler: the ladder of tries, then each message alone, then the dead topic. */
export class Delivery {
  readonly #subscription: Subscription;
  readonly #envelope: Envelope;
  readonly #options: ResolvedOptions;
  readonly #ladder: readonly number[];
  readonly #buried = new Map<bigint, Promise<void>>();
  /** Why dead letters of the present try could not be stored. */
  #refused: unknown[] = [];
  #tries = 0;
  #commitTo: bigint;

  constructor(subscription: Subscription, envelope: Envelope, options: ResolvedOptions) {
    this.#subscription = subscription;
    this.#envelope = envelope;
    this.#options = options;
    this.#ladder = subscription.retry ?? DEFAULT_RETRY;
    this.#commitTo = (envelope.messages.at(-1)?.offset ?? -1n) + 1n;
  }

  /** @returns the offset to commit, or `undefined` when the partition was taken away before the batch was done. */
  async run(): Promise<bigint | undefined> {
    for (let rejections = 0; rejections <= this.#ladder.length;) {
      const failure = await this.#try(this.#open());
      if (!failure) return this.#commitTo;
      if (!isOutage(failure.reason)) rejections += 1;
      if (rejections <= this.#ladder.length && !(await this.#wait())) return undefined;
    }
    const tries = this.#tries;
    for (const message of this.#open()) {
      this.#tries = tries;
      if (!(await this.#alone(message))) return undefined;
    }
    return this.#commitTo;
  }

  async #alone(message: Message): Promise<boolean> {
    while (!this.#envelope.signal.aborted) {
      const failure = await this.#try([message]);
      if (!failure || this.#buried.has(message.offset)) return true;
      if (!isOutage(failure.reason) && (await this.#park(message, failure.reason))) return true;
      if (!(await this.#wait())) return false;
    }
    return false;
  }

  async #try(messages: readonly Message[]): Promise<Failure | undefined> {
    if (messages.length === 0) return undefined;
    this.#tries += 1;
    this.#refused = [];
    try {
      this.#options.faultPoint('events.deliver.before-handle');
      const result = await this.#subscription.handle(this.#batch(messages));
      await this.#burialsDone();
      if (result && result.commitTo < this.#commitTo) this.#commitTo = result.commitTo;
      return undefined;
    } catch (reason) {
      this.#report(reason, `try ${this.#tries}`);
      return { reason };
    }
  }

  #batch(messages: readonly Message[]): Batch {
    const { topic, partition, signal, epoch } = this.#envelope;
    const deadLetter = (message: Message, cause: unknown): Promise<void> => {
      const burial = this.#bury(message, cause);
      burial.catch(() => undefined); // seen by #burialsDone even if the handler does not wait
      return burial;
    };
    return { topic, partition, messages, signal, epoch, deadLetter };
  }

  /** A dead letter is durable before the batch counts as handled, also when the handler did not wait for it. */
  async #burialsDone(): Promise<void> {
    await Promise.allSettled(this.#buried.values());
    if (this.#refused.length > 0) throw this.#refused[0] as Error;
  }

  /** The messages that are not yet dead letters. */
  #open(): readonly Message[] {
    return this.#envelope.messages.filter(({ offset }) => !this.#buried.has(offset));
  }

  /** @returns whether the message is in the dead topic; if that topic refuses, the message stays here. */
  async #park(message: Message, cause: unknown): Promise<boolean> {
    try {
      await this.#bury(message, cause);
      return true;
    } catch (error) {
      this.#report(error, 'dead letter');
      return false;
    }
  }

  async #bury(message: Message, cause: unknown): Promise<void> {
    if (!this.#envelope.messages.includes(message))
      throw misuse('A dead letter must be a message of this batch.');
    const { offset } = message;
    const burial = this.#buried.get(offset) ?? this.#envelope.bury(message, cause, this.#tries);
    this.#buried.set(offset, burial);
    try {
      await burial;
    } catch (error) {
      this.#buried.delete(offset);
      this.#refused.push(error);
      throw error;
    }
  }

  /** @returns whether to go on. */
  async #wait(): Promise<boolean> {
    const { signal } = this.#envelope;
    const delay = this.#ladder[Math.min(this.#tries, this.#ladder.length) - 1] ?? OUTAGE_DELAY_MS;
    try {
      await this.#options.clock.sleep(delay, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  #report(error: unknown, what: string): void {
    const { topic, partition, messages } = this.#envelope;
    const from = String(messages[0]?.offset);
    this.#options.onError(error, `events ${topic}/${partition}@${from} ${this.#subscription.group}: ${what}`);
  }
}
