import { setImmediate } from 'node:timers/promises';
import { runDetached } from '@storey/context';
import { Delivery, type Delivered, type Envelope } from '../delivery.js';
import { misuse, partitionLost } from '../failures.js';
import { MAX_READ_BYTES } from '../limits.js';
import { handlerEnded, sleepUnlessAborted } from '../stopping.js';
import { Wake } from '../wake.js';
import { type Flow, type Message, type Subscription } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { Apart } from './apart.js';
import { Lanes } from './lanes.js';
import { Slots } from './slots.js';
import { Window, type Entry } from './window.js';

/** After an error of the log itself, ms. */
const AGAIN_MS = 1000;

/** What the partition is to its log. */
export interface FlowPort {
  readonly options: ResolvedOptions;
  readonly subscription: Subscription;
  /** The group is through with everything before `offset`. */
  advance(partition: number, offset: bigint): void;
  /** Stores the message in the dead topic; resolves when durable. */
  bury(message: Message, cause: unknown, attempts: number): Promise<void>;
  /** The partition `wants` more; it may `take` at once. */
  hungry(partition: number): void;
}

export interface Assigned {
  readonly partition: number;
  readonly epoch: bigint;
  /** Where the group stands. */
  readonly offset: bigint;
  readonly paused: boolean;
}

type Divided = Extract<Delivered, { state: 'divided' }>;
type Turn = ReadonlyMap<string, readonly Entry[]>;

/**
 * One assignment of one partition to one member: messages wait in lanes, are handed over in turns, and what is below the
 * lowest unfinished is committed. Without a `flow` there is one lane, and one turn at a time.
 */
export class PartitionFlow {
  readonly #port: FlowPort;
  readonly #assigned: Assigned;
  readonly #flow: Required<Omit<Flow, 'size'>>;
  readonly #abort = new AbortController();
  readonly #wake = new Wake();
  readonly #window = new Window();
  readonly #lanes = new Lanes();
  readonly #slots: Slots;
  readonly #apart: Apart;
  readonly #turns = new Set<Promise<void>>();
  readonly #done: Promise<void>;
  /** Where the next fetch begins. */
  #next: bigint;
  /** Whether the last handler to end answers for the partition by `commitTo`. */
  #held = false;
  #paused: boolean;
  #lost = false;

  constructor(port: FlowPort, assigned: Assigned) {
    this.#port = port;
    this.#assigned = assigned;
    this.#flow = { parallel: 1, ...(port.subscription.flow ?? oneLane(port.subscription)) };
    this.#slots = new Slots(this.#flow.parallel);
    this.#apart = new Apart(port.options.clock, port.subscription.apartMs ?? 0, () => this.wake());
    this.#next = assigned.offset;
    this.#paused = assigned.paused;
    this.#done = runDetached(() => this.#run());
  }

  /** Where to fetch from, or `undefined` while there is enough. */
  get wants(): bigint | undefined {
    const enough = this.room === 0 || this.#window.bytes >= this.#flow.maxPendingBytes;
    return this.#paused || enough || this.#abort.signal.aborted ? undefined : this.#next;
  }

  /** How many messages are wanted. */
  get room(): number {
    return Math.max(0, this.#flow.maxPending - this.#window.length);
  }

  /** @param next one past what was fetched from where `wants` said */
  take(messages: readonly Message[], next: bigint): void {
    for (const message of messages) this.#lanes.add(this.#laneOf(message), this.#window.add(message));
    this.#next = next;
    if (!this.#held && !this.#lost && this.#window.length === 0) this.#advance(undefined);
    this.wake();
  }

  /** Goes on at the first message that is left. */
  skipTo(offset: bigint): void {
    this.#next = offset;
  }

  /** There may be more to take. */
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

  /** From now on nothing of this assignment counts. */
  lose(): void {
    this.#lost = true;
    this.#end();
  }

  /** Hands over what has gathered, aborts the handlers' signal and waits, bounded, for them to end. What they do later is fenced off. */
  async stop(): Promise<void> {
    const gathering = this.#apart.early;
    this.#apart.end();
    if (gathering) this.#begin();
    this.#end();
    await handlerEnded(this.#done, this.#port.options, this.#where());
    this.#lost = true;
  }

  /** @throws AppError `conflict`, `internal` */
  checkCommit(offset: bigint): void {
    this.#check();
    if (offset > (this.#window.lowestUnseen ?? this.#next))
      throw misuse(`Offset ${offset} of ${this.#where()} was not delivered yet.`);
  }

  #end(): void {
    this.#apart.end();
    this.#abort.abort(partitionLost(this.#port.subscription.topic, this.#assigned.partition));
    this.wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    await Promise.resolve(); // until the port knows of it
    while (!signal.aborted) {
      try {
        if (this.#begin())
          await setImmediate(); // the other partitions' turn
        else await this.#wake.wait();
      } catch (error) {
        await this.#again(error);
      }
    }
    await Promise.all(this.#turns);
  }

  /** @returns whether a turn has begun. */
  #begin(): boolean {
    if (this.#paused || this.#apart.early || !this.#slots.tryTake()) return false;
    const limit = this.#limit;
    const turn = this.#nextTurn(limit);
    if (turn.size === 0) {
      this.#slots.give();
      return false;
    }
    this.#apart.began(this.#lanes.waiting > 0 || countOf(turn) >= limit);
    const running = this.#turn(turn).finally(() => {
      this.#turns.delete(running);
      this.#slots.give();
      this.wake();
    });
    this.#turns.add(running);
    return true;
  }

  /** Messages of a turn. */
  get #limit(): number {
    const { maxBatch, flow } = this.#port.subscription;
    return Math.min(maxBatch, flow?.size?.current ?? maxBatch);
  }

  #nextTurn(messages: number): Turn {
    if (this.wants !== undefined) this.#port.hungry(this.#assigned.partition);
    return this.#lanes.take({ messages, bytes: MAX_READ_BYTES, perLane: this.#flow.maxTurn });
  }

  /** Holds a slot at its begin and at its end, which is when all is finished or the partition is lost. */
  async #turn(turn: Turn, divided?: Divided): Promise<void> {
    const entries = [...turn.values()].flat();
    this.#window.handOver(entries);
    for (;;) {
      try {
        const delivered = await this.#delivery(turn, divided).run();
        if (delivered.state === 'divided') return await this.#divide(turn, delivered);
        if (delivered.state === 'done') this.#finish(turn, delivered.commitTo);
        return;
      } catch (error) {
        await this.#again(error);
        if (this.#abort.signal.aborted) return;
      }
    }
  }

  #delivery(turn: Turn, divided: Divided | undefined): Delivery {
    const { subscription, options } = this.#port;
    const { partition, epoch } = this.#assigned;
    const messages = [...turn.values()].flat().map(({ message }) => message);
    const envelope: Envelope = {
      topic: subscription.topic,
      partition,
      epoch,
      messages: divided ? messages.filter((message) => divided.open.includes(message)) : messages,
      keys: turn.size,
      signal: this.#abort.signal,
      slot: this.#slots,
      bury: async (message, cause, attempts) => {
        this.#check();
        await this.#port.bury(message, cause, attempts);
      },
    };
    return new Delivery(subscription, envelope, options, divided?.ladder);
  }

  /** Each key goes on alone and takes slots of its own; this turn has none meanwhile. */
  async #divide(turn: Turn, divided: Divided): Promise<void> {
    this.#slots.give();
    const parts = [...turn].map(async (part) => {
      await this.#slots.take();
      await this.#turn(new Map([part]), divided);
      this.#slots.give();
    });
    await Promise.all(parts);
    await this.#slots.take();
  }

  #finish(turn: Turn, commitTo: bigint | undefined): void {
    this.#port.options.faultPoint('events.deliver.before-commit');
    for (const [key, entries] of turn) {
      this.#window.finish(entries);
      this.#lanes.release(key);
    }
    if (!this.#lost) this.#advance(commitTo);
    this.wake();
  }

  /** To the lowest unfinished message, or `commitTo` if that is lower. */
  #advance(commitTo: bigint | undefined): void {
    const lowest = this.#window.lowestUnfinished ?? this.#next;
    this.#held = commitTo !== undefined && commitTo < lowest;
    this.#port.advance(
      this.#assigned.partition,
      commitTo !== undefined && commitTo < lowest ? commitTo : lowest,
    );
  }

  async #again(error: unknown): Promise<void> {
    this.#port.options.onError(error, this.#where());
    await sleepUnlessAborted(this.#port.options.clock, AGAIN_MS, this.#abort.signal);
  }

  #laneOf({ key }: Message): string {
    return this.#port.subscription.flow ? key : '';
  }

  #check(): void {
    if (this.#lost) throw partitionLost(this.#port.subscription.topic, this.#assigned.partition);
  }

  #where(): string {
    const { topic, group } = this.#port.subscription;
    return `events ${topic}/${this.#assigned.partition} ${group}`;
  }
}

/** As many as a batch wait, and one fetch beyond. */
const oneLane = ({ maxBatch }: Subscription): Flow => ({
  maxPending: maxBatch,
  maxPendingBytes: MAX_READ_BYTES,
  maxTurn: maxBatch,
});

const countOf = (turn: Turn): number => [...turn.values()].reduce((sum, entries) => sum + entries.length, 0);
