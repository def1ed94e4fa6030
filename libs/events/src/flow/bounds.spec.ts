import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Message, type Subscription } from '../event-log.js';
import { resolveOptions } from '../options.js';
import { PartitionFlow } from './partition-flow.js';

let clock: FakeClock;
let committed: bigint[];

beforeEach(() => {
  clock = new FakeClock();
  committed = [];
});

function flowOf(handle: Subscription['handle'], more: Partial<Subscription> = {}): PartitionFlow {
  const port = {
    options: resolveOptions({ clock }),
    subscription: { topic: 't', group: 'g', maxBatch: 10, handle, ...more },
    advance: (_: number, offset: bigint) => void committed.push(offset),
    bury: () => Promise.resolve(),
    hungry: () => undefined,
  };
  return new PartitionFlow(port, { partition: 0, epoch: 1n, offset: 0n, paused: false });
}

const message = (offset: bigint, bytes = 1): Message => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp: 0,
  key: 'k',
  value: new Uint8Array(bytes),
  headers: {},
});

describe('PartitionFlow', () => {
  it('wants nothing more while as many bytes are unfinished as it may hold', async () => {
    let end = (): void => undefined;
    const bounds = { maxPending: 100, maxPendingBytes: 1000, maxTurn: 10 };
    const flow = flowOf(() => new Promise<void>((resolve) => (end = resolve)), { flow: bounds });
    flow.take([message(0n, 600)], 1n);
    expect(flow.wants).toBe(1n);
    flow.take([message(1n, 600)], 2n);
    expect(flow.wants).toBeUndefined();
    await clock.advance(0);
    end();
    await clock.advance(0);
    expect(flow.wants).toBe(2n);
  });

  it('hands over nothing that was fetched before a pause, until it is resumed', async () => {
    let handled = 0;
    const flow = flowOf(async ({ messages }) => void (handled += messages.length));
    flow.pause();
    flow.take([message(0n)], 1n);
    await clock.advance(0);
    expect(handled).toBe(0);
    flow.resume();
    await clock.advance(0);
    expect(handled).toBe(1);
  });

  it('passes what holds no message, but not while a handler answers for what it was given', async () => {
    let answer: { commitTo: bigint } | undefined;
    const flow = flowOf(async () => answer);
    flow.take([], 3n);
    expect(committed).toEqual([3n]);
    answer = { commitTo: 4n };
    flow.take([message(3n), message(4n)], 5n);
    await clock.advance(0);
    flow.take([], 9n);
    expect(committed).toEqual([3n, 4n]);
    answer = undefined;
    flow.take([message(9n)], 10n);
    await clock.advance(0);
    expect(committed).toEqual([3n, 4n, 10n]);
  });
});
