import { isOutage } from '@storey/errors';
import { misuse } from './failures.js';
import { DEFAULT_RETRY } from './limits.js';
import { sleepUnlessAborted } from './stopping.js';
import { type Batch, type Message, type Subscription } from './event-log.js';
import { type ResolvedOptions } from './options.js';

/** Between tries of an outage when the ladder is empty, ms. */
const OUTAGE_DELAY_MS = 1000;

export interface Envelope extends Omit<Batch, 'deadLetter'> {
  /** How many keys the messages have. */
  readonly keys: number;
  /** Stores the message in the dead topic; resolves when it is durable. */
  readonly bury: (message: Message, cause: unknown, attempts: number) => Promise<void>;
  /** The right to call the handler: held at the begin and at the end, but not while a message waits for its next try. */
  readonly slot: { take(): Promise<void>; give(): void };
}

/** How far a batch came on the ladder. */
export interface Ladder {
  readonly tries: number;
  readonly rejections: number;
}

/** What became of a batch. */
export type Delivered =
  /** Handled or buried, all of it. `commitTo` as the handler answered. */
  | { readonly state: 'done'; readonly commitTo: bigint | undefined }
  /** The partition was taken away before. */
  | { readonly state: 'lost' }
  /** Rejected, with messages of several keys: each key climbs the ladder by itself from here. */
  | { readonly state: 'divided'; readonly ladder: Ladder; readonly open: readonly Message[] };

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
  #tries: number;
  #rejections: number;
  /** Whether the last try met one. */
  #outage = false;
  #commitTo: bigint | undefined;

  /** @param begun where these messages stand on the ladder already. */
  constructor(
    subscription: Subscription,
    envelope: Envelope,
    options: ResolvedOptions,
    begun: Ladder = { tries: 0, rejections: 0 },
  ) {
    this.#subscription = subscription;
    this.#envelope = envelope;
    this.#options = options;
    this.#ladder = subscription.retry ?? DEFAULT_RETRY;
    this.#tries = begun.tries;
    this.#rejections = begun.rejections;
  }

  async run(): Promise<Delivered> {
    while (this.#rejections <= this.#ladder.length) {
      if (this.#tries > 0 && !(await this.#wait())) return LOST;
      const failure = await this.#try(this.#open());
      if (!failure) return this.#done();
      this.#outage = isOutage(failure.reason);
      if (this.#outage) continue;
      this.#rejections += 1;
      if (this.#envelope.keys > 1) return this.#divided();
    }
    const tries = this.#tries;
    for (const message of this.#open()) {
      this.#tries = tries;
      if (!(await this.#alone(message))) return LOST;
    }
    return this.#done();
  }

  async #alone(message: Message): Promise<boolean> {
    while (!this.#envelope.signal.aborted) {
      const failure = await this.#try([message]);
      if (!failure || this.#buried.has(message.offset)) return true;
      if (!isOutage(failure.reason) && (await this.#park(message, failure.reason))) return true;
      this.#outage = isOutage(failure.reason);
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
      const result = await this.#handle(this.#batch(messages));
      await this.#burialsDone();
      if (result) this.#commitTo = lower(this.#commitTo, result.commitTo);
      return undefined;
    } catch (reason) {
      this.#report(reason, `try ${this.#tries}`);
      return { reason };
    }
  }

  #handle(batch: Batch): ReturnType<Subscription['handle']> {
    const { flow, handle } = this.#subscription;
    return flow?.size ? flow.size.time(batch.messages.length, () => handle(batch)) : handle(batch);
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

  /**
   * Lets others to the handler meanwhile, but not in an outage: what they would try fails too.
   * @returns whether to go on.
   */
  async #wait(): Promise<boolean> {
    const { signal, slot } = this.#envelope;
    const delay = this.#ladder[Math.min(this.#tries, this.#ladder.length) - 1] ?? OUTAGE_DELAY_MS;
    if (this.#outage) return this.#sleep(delay, signal);
    slot.give();
    try {
      await this.#sleep(delay, signal);
    } finally {
      await slot.take();
    }
    return !signal.aborted;
  }

  async #sleep(delay: number, signal: AbortSignal): Promise<boolean> {
    await sleepUnlessAborted(this.#options.clock, delay, signal);
    return !signal.aborted;
  }

  #done(): Delivered {
    return { state: 'done', commitTo: this.#commitTo };
  }

  #divided(): Delivered {
    const ladder = { tries: this.#tries, rejections: this.#rejections };
    return { state: 'divided', ladder, open: this.#open() };
  }

  #report(error: unknown, what: string): void {
    const { topic, partition, messages } = this.#envelope;
    const from = String(messages[0]?.offset);
    this.#options.onError(error, `events ${topic}/${partition}@${from} ${this.#subscription.group}: ${what}`);
  }
}

const LOST: Delivered = { state: 'lost' };

const lower = (one: bigint | undefined, other: bigint): bigint =>
  one === undefined || other < one ? other : one;
