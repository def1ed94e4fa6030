import { beforeEach, describe, expect, it } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import { BACKFILL_TOPIC } from '@storey/comment';
import { FakeClock, currentContext, newTraceId, runInContext } from '@storey/context';
import { cacheEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type NewMessage } from '@storey/events';
import { createLogger } from '@storey/observability';
import { BackfillRequests } from './backfill-requests.js';

let clock: FakeClock;
/** The appends so far; each ends when its function is called. */
let appends: { readonly messages: readonly NewMessage[]; readonly end: (error?: Error) => void }[];
let signals: (AbortSignal | undefined)[];
let requests: BackfillRequests;

beforeEach(() => {
  clock = new FakeClock();
  appends = [];
  signals = [];
  const append = (topic: string, messages: readonly NewMessage[]): Promise<void> => {
    expect(topic).toBe(BACKFILL_TOPIC);
    signals.push(currentContext().signal);
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error ? reject(error) : resolve());
      appends.push({ messages, end });
    });
  };
  requests = new BackfillRequests({ append }, clock, createLogger('silent'));
});

const many = (n: number): readonly string[] => Array.from({ length: n }, (_, at) => `${at}`);

async function endAll(error?: Error): Promise<void> {
  for (const { end } of appends) end(error);
  await clock.advance(0);
}

describe('backfill is asked for', () => {
  it('by name and id, keyed so that twins meet in one partition', () => {
    requests.ask('comment.hot', ['7/0']);
    const [message] = appends[0]?.messages ?? [];
    expect(message?.key).toBe('comment.hot/7/0');
    const told = fromBinary(cacheEvents.CacheBackfillSchema, message?.value ?? new Uint8Array());
    expect(told).toMatchObject({ cache: 'comment.hot', id: '7/0' });
  });

  it('once a second, each id of each cache', async () => {
    requests.ask('a', ['1', '2', '1']);
    requests.ask('b', ['1']);
    await endAll();
    await clock.advance(999);
    requests.ask('a', ['1']);
    await endAll();
    expect(requests.counts).toMatchObject({ sent: 3, repeated: 2 });
    await clock.advance(1);
    requests.ask('a', ['1']);
    await endAll();
    expect(requests.counts).toMatchObject({ sent: 4, repeated: 2 });
  });

  it('by one append at a time, which takes along what came meanwhile', async () => {
    requests.ask('a', ['1']);
    for (const id of ['2', '3', '4']) requests.ask('a', [id]);
    expect(appends).toHaveLength(1);
    await endAll();
    expect(appends.map(({ messages }) => messages.length)).toEqual([1, 3]);
  });

  it('outside of the deadline of whoever asks', () => {
    const { signal } = new AbortController();
    const context = { traceId: newTraceId(), priority: 'critical' as const, signal };
    runInContext(context, () => requests.ask('a', ['1']));
    expect(signals).toEqual([undefined]);
  });
});

describe('what waits is bounded', () => {
  it('while the log does not answer', async () => {
    requests.ask('a', ['first']);
    requests.ask('a', many(5_000));
    requests.ask('b', many(5_000));
    expect(requests.counts).toMatchObject({ dropped: 9_001, sent: 0 });
    await endAll();
    await endAll();
    expect(requests.counts).toMatchObject({ sent: 1_000 });
  });

  it('and so is what is remembered, for a second', async () => {
    for (let at = 0; at < 12; at += 1) {
      requests.ask(`cache ${at}`, many(1_000));
      await endAll();
    }
    expect(requests.counts).toMatchObject({ sent: 10_000, dropped: 2_000 });
    await clock.advance(1_000);
    requests.ask('cache 11', many(1_000));
    await endAll();
    expect(requests.counts).toMatchObject({ sent: 11_000, dropped: 2_000 });
  });
});

it('a log that refuses is counted, and asked again for the next', async () => {
  requests.ask('a', ['1']);
  requests.ask('a', ['2']);
  await endAll(unavailable('The log is away.'));
  await endAll();
  expect(requests.counts).toMatchObject({ failed: 1, sent: 1 });
});
