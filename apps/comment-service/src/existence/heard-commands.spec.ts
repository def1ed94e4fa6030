import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { CommandsTopic } from '../../test/commands-topic.js';
import { HeardCommands } from './heard-commands.js';

let log: CommandsTopic;
let clock: FakeClock;
let heard: bigint[];
let missed: number;
let errors: unknown[];

beforeEach(() => {
  [log, clock, heard, missed, errors] = [new CommandsTopic(), new FakeClock(), [], 0, []];
});

const open = (): Promise<HeardCommands> =>
  HeardCommands.open({
    events: log.log,
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
