import { create, toBinary } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Consumer, type EventLog, type Listener, type Message } from '@storey/events';
import { HeardCommands } from './heard-commands.js';

const { CommentCommandSchema } = commentEvents;

/** Two partitions of which a test says when they are delivered. */
class Log implements Pick<EventLog, 'committed' | 'endOffsets' | 'read' | 'listen'> {
  readonly done = [0n, 0n];
  /** First offset that is kept. */
  first = 0n;
  isAway = false;
  closed = false;
  #listener: Listener | undefined;
  readonly #messages: Message[][] = [[], []];

  publish(partition: number, id: bigint): void {
    const command = create(CommentCommandSchema, { id, command: { case: 'publish', value: {} } });
    const messages = this.#messages[partition] ?? [];
    const value = toBinary(CommentCommandSchema, command);
    const offset = BigInt(messages.length);
    messages.push({ topic: 't', partition, offset, key: 'k', value, headers: {}, timestamp: 0 });
  }

  /** @param skip so many are lost on the way */
  deliver(partition: number, count = Infinity, skip = 0): void {
    const from = Number(this.#listener?.from?.[partition] ?? 0n);
    const messages = (this.#messages[partition] ?? []).slice(from + skip);
    this.#listener?.handle(messages.slice(0, count));
  }

  committed = async () => this.done;

  async endOffsets() {
    if (this.isAway) throw unavailable('away');
    return this.#messages.map(({ length }) => BigInt(length));
  }

  async read(_: string, partition: number, from: bigint, limit: number) {
    const kept = (this.#messages[partition] ?? []).filter(({ offset }) => offset >= this.first);
    return kept.filter(({ offset }) => offset >= from).slice(0, limit);
  }

  async listen(listener: Listener): Promise<Consumer> {
    this.#listener = listener;
    const close = async (): Promise<void> => void (this.closed = true);
    return { close, pause: () => undefined, resume: () => undefined, commit: async () => undefined };
  }
}

let log: Log;
let clock: FakeClock;
let heard: bigint[];
let missed: number;
let errors: unknown[];

beforeEach(() => {
  [log, clock, heard, missed, errors] = [new Log(), new FakeClock(), [], 0, []];
});

const open = (): Promise<HeardCommands> =>
  HeardCommands.open({
    events: log as unknown as EventLog,
    clock,
    hear: (id) => heard.push(id),
    onMissed: () => (missed += 1),
    onError: (error) => errors.push(error),
  });

describe('hearing what is accepted', () => {
  it('begins with what the writer had not finished', async () => {
    for (const id of [1n, 2n, 3n]) log.publish(0, id);
    log.done[0] = 1n;
    await open();
    log.deliver(0);
    expect([heard, missed]).toEqual([[2n, 3n], 0]);
  });

  it('begins with what is left where the log was cut', async () => {
    for (const id of [1n, 2n, 3n]) log.publish(0, id);
    log.first = 2n;
    await open();
    log.deliver(0);
    expect([heard, missed]).toEqual([[3n], 0]);
  });

  it('is complete up to when the log was asked for its end, once all before it is heard', async () => {
    log.publish(0, 1n);
    log.publish(1, 2n);
    await clock.advance(10);
    const commands = await open();
    log.deliver(0);
    expect(commands.completeAt).toBe(-Infinity);
    await clock.advance(500);
    log.deliver(1);
    expect(commands.completeAt).toBe(10);
    await clock.advance(500);
    expect(commands.completeAt).toBe(1010);
  });

  it('is complete under steady traffic, too', async () => {
    log.publish(0, 1n);
    const commands = await open();
    for (let id = 2n; id < 10n; id += 1n) log.publish(0, id);
    log.deliver(0, 1);
    expect(commands.completeAt).toBe(0);
  });

  it('is complete no longer while the log is away, and again afterwards', async () => {
    const commands = await open();
    log.isAway = true;
    await clock.advance(5000);
    expect(commands.completeAt).toBe(0);
    log.isAway = false;
    await clock.advance(1000);
    expect(commands.completeAt).toBe(6000);
    expect(errors).toEqual([]);
  });

  it('tells of what is no outage, and tries again', async () => {
    const commands = await open();
    const error = new Error('a defect');
    log.endOffsets = () => Promise.reject(error);
    await clock.advance(2000);
    expect([errors, commands.completeAt]).toEqual([[error, error], 0]);
  });

  it('notices that something was missed', async () => {
    for (const id of [1n, 2n, 3n]) log.publish(0, id);
    await open();
    log.deliver(0, 1);
    expect(missed).toBe(0);
    log.deliver(0, 1, 2);
    expect(missed).toBe(1);
  });

  it('asks nothing more when it is closed', async () => {
    const commands = await open();
    await commands.close();
    expect([log.closed, clock.pendingTimers]).toEqual([true, 0]);
  });
});
