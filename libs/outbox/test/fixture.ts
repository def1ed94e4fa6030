import { FakeClock } from '@storey/context';
import { EventLog, type Message, type NewMessage } from '@storey/events';
import { openSql, type Sql } from '@storey/sql';
import { temporaryFolder, testDatabaseUrl } from '@storey/testing';
import {
  enqueue,
  outboxMigrations,
  startRelay,
  type OutboxTables,
  type Relay,
  type RelayOptions,
} from '../src/index.js';

/** A log that keeps what is appended in order, and fails when told to. */
export class FakeLog extends EventLog {
  readonly stored: {
    readonly topic: string;
    readonly key: string;
    readonly text: string;
    readonly id: string;
  }[] = [];
  appends = 0;
  /** Throws what an append is to reject with. */
  fail: (topic: string, messages: readonly NewMessage[]) => void = () => undefined;
  before: () => Promise<void> = () => Promise.resolve();

  override async append(topic: string, messages: readonly NewMessage[]): Promise<void> {
    this.appends += 1;
    await this.before();
    this.fail(topic, messages);
    for (const { key, value, headers } of messages) {
      this.stored.push({ topic, key, text: textOf(value), id: headers?.['event-id'] ?? '' });
    }
  }

  get texts(): readonly string[] {
    return this.stored.map(({ text }) => text);
  }

  override createTopics = (): Promise<never> => notHere();
  override subscribe = (): Promise<never> => notHere();
  override listen = (): Promise<never> => notHere();
  override lag = (): Promise<never> => notHere();
  override committed = (): Promise<never> => notHere();
  override endOffsets = (): Promise<never> => notHere();
  override read = (): Promise<never> => notHere();
  override ping = (): Promise<never> => notHere();
  override stats = (): never => {
    throw new Error('Relays only append.');
  };
  override close = (): Promise<never> => notHere();
}

const notHere = (): Promise<never> => Promise.reject(new Error('Relays only append.'));

export const textOf = (value: Message['value']): string => new TextDecoder().decode(value);

/** One database, its relays and their log, on a clock that is turned by hand. */
export class Fixture implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly errors: unknown[] = [];
  readonly parked: string[] = [];
  readonly #folder = temporaryFolder();
  readonly #relays = new Set<Relay>();
  #sql: Sql<OutboxTables> | undefined;

  static async open(): Promise<Fixture> {
    const fixture = new Fixture();
    fixture.#sql = await openSql<OutboxTables>(testDatabaseUrl(), {
      migrations: outboxMigrations,
    });
    return fixture;
  }

  get sql(): Sql<OutboxTables> {
    if (!this.#sql) throw new Error('not open');
    return this.#sql;
  }

  get path(): string {
    return this.#folder.path;
  }

  relay(options: Partial<RelayOptions> = {}): Relay {
    const relay = startRelay(this.sql, this.log, {
      domain: 'test',
      clock: this.clock,
      onError: (error) => this.errors.push(error),
      onParked: ({ key }) => this.parked.push(key),
      ...options,
    });
    this.#relays.add(relay);
    return relay;
  }

  /** One transaction; `texts` are the values. */
  write(key: string, texts: readonly string[], notify = true): Promise<void> {
    const messages = texts.map((text) => ({ topic: 't.v1', key, value: new TextEncoder().encode(text) }));
    return this.sql.transaction((tx) => enqueue(tx, messages, this.clock), {
      timeoutMs: 5000,
      ...(notify && { notify: 'outbox' }),
    });
  }

  async states(): Promise<Record<string, number>> {
    const rows = await this.sql.read.selectFrom('outbox').select('state').execute();
    return Object.fromEntries(
      [...Map.groupBy(rows, (row) => row.state)].map(([state, all]) => [state, all.length]),
    );
  }

  async close(relay: Relay): Promise<void> {
    this.#relays.delete(relay);
    await relay.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const relay of this.#relays) await this.close(relay);
    await this.#sql?.close();
    this.#folder.remove();
  }

  /** Turns the clock in steps, with time between for what a database does. */
  async advance(ms: number, step = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      await this.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  /** Until nothing has gone on for some turns of the event loop. */
  async settle(): Promise<void> {
    for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
