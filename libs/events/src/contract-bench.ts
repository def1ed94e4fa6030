import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Batch, type Consumer, type EventLog, type Message, type Subscription } from './event-log.js';
import { type EventLogOptions } from './options.js';
import { partitionOf } from './partition-of.js';

/** One empty log for one test, on the adapter under test. */
export interface LogFixture {
  /** Opens it, again after a close with everything that was durable. */
  open(options: EventLogOptions): Promise<EventLog>;
  dispose(): Promise<void>;
  /** Whether answers take real time, which the clock of the tests does not know of. */
  readonly networked?: boolean;
}

/** What a turn turns the clock by. Of real time: what a turn of the clock takes, how long to listen for what must not come, when to give up; ms. */
const NETWORK = { step: 50, turn: 3, quiet: 300, patience: 20_000 };

export interface ContractOptions {
  /** Promises the adapter does not give, by the name of the test, each with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

/** Declares a test, or skips it by name with its reason. */
export type Declare = (title: string, test: () => Promise<void>) => void;

export const TOPIC = 'things.v1';
export const PARTITIONS = 4;
export const RETENTION_MS = 60_000;

/** What the tests of the contract work with: a log on a clock that they turn. */
export class ContractBench {
  #fixture: LogFixture | undefined;
  #log: EventLog | undefined;
  clock = new FakeClock();
  errors: unknown[] = [];

  /** Call inside `describe`: a fresh log before each test, none after it. */
  constructor(create: () => Promise<LogFixture>) {
    beforeEach(async () => {
      this.#fixture = await create();
      // A broker deletes what is older than the retention by its own clock.
      this.clock = new FakeClock(this.networked ? Date.now() : undefined);
      this.errors = [];
      await this.open();
    });
    afterEach(async () => {
      await this.until(settled(this.log.close()));
      await this.#fixture?.dispose();
    });
  }

  get networked(): boolean {
    return this.#fixture?.networked ?? false;
  }

  get log(): EventLog {
    if (!this.#log) throw new Error('No log is open.');
    return this.#log;
  }

  async open(): Promise<void> {
    if (!this.#fixture) throw new Error('There is no fixture outside a test.');
    const onError = (error: unknown): void => void this.errors.push(error);
    this.#log = await this.#fixture.open({ clock: this.clock, onError });
    await this.#log.createTopics([{ name: TOPIC, partitions: PARTITIONS, retentionMs: RETENTION_MS }]);
  }

  async reopen(): Promise<void> {
    await this.log.close();
    await this.open();
  }

  async put(key: string, ...values: readonly string[]): Promise<void> {
    const messages = values.map((value) => ({ key, value: Buffer.from(value) }));
    await this.log.append(TOPIC, messages);
  }

  /** One message to each partition. */
  async everyPartition(): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) await this.put(keyFor(partition), 'x');
  }

  subscribe(handle: Subscription['handle'], more: Partial<Subscription> = {}): Promise<Consumer> {
    const subscription = { topic: TOPIC, group: 'readers', maxBatch: 10, retry: [100, 500], handle };
    return this.log.subscribe({ ...subscription, ...more });
  }

  /** Turns the clock, and lets a network bring what it would bring. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.networked) await sleep(NETWORK.quiet);
  }

  /** Turns the clock in small steps until `done`, so that timers and the log alike get their turn. */
  async until(done: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + NETWORK.patience;
    for (let turn = 0; !(await done()); turn += 1) {
      if (this.networked ? performance.now() > end : turn > 2000) throw new Error('It never came to that.');
      await this.clock.advance(this.networked ? NETWORK.step : 10);
      if (this.networked) await sleep(NETWORK.turn);
    }
  }

  /** Until the group has committed everything. */
  async drained(): Promise<void> {
    await this.until(async () => (await this.log.lag(TOPIC, 'readers')) === 0);
  }

  async dead(): Promise<readonly Message[]> {
    const parts = Array.from({ length: PARTITIONS }, (_, part) =>
      this.log.read(`${TOPIC}.dead`, part, 0n, 100),
    );
    return (await Promise.all(parts)).flat();
  }
}

export function declareExcept(except: Readonly<Record<string, string>>): Declare {
  return (title, test) => {
    const reason = except[title];
    if (reason === undefined) it(title, test);
    else it.skip(`${title} (${reason})`, test);
  };
}

export const text = ({ value }: Message): string => Buffer.from(value).toString();

export const collect =
  (seen: Message[]) =>
  async ({ messages }: Batch): Promise<void> =>
    void seen.push(...messages);

/** Resolves when the signal aborts, for a handler that ends only when told. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

export function settled(promise: Promise<unknown>): () => boolean {
  let done = false;
  const end = (): void => void (done = true);
  promise.then(end, end);
  return () => done;
}

function keyFor(partition: number): string {
  for (let index = 0; ; index += 1)
    if (partitionOf(`k${index}`, PARTITIONS) === partition) return `k${index}`;
}
