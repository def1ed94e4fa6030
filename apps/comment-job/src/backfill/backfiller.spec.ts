import { beforeEach, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { FakeClock } from '@storey/context';
import { cacheEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Batch, type Message } from '@storey/events';
import { Backfiller } from './backfiller.js';

let clock: FakeClock;
let rebuilt: string[];
let buried: [Message, unknown][];
let backfiller: Backfiller;

beforeEach(() => {
  clock = new FakeClock();
  rebuilt = [];
  buried = [];
  const cache = (name: string) => ({
    isId: (text: string) => /^\d+$/.test(text),
    rebuild: (ids: readonly string[]) => {
      if (ids.includes('404')) return Promise.reject(unavailable('No database.'));
      return Promise.resolve(rebuilt.push(`${name}:${ids.join()}`));
    },
  });
  const caches = new Map(['a', 'b'].map((name) => [name, cache(name)]));
  backfiller = new Backfiller(caches, clock);
});

const wish = (cache: string, id: string, ageMs = 0): Partial<Message> => ({
  value: toBinary(cacheEvents.CacheBackfillSchema, create(cacheEvents.CacheBackfillSchema, { cache, id })),
  timestamp: clock.now() - ageMs,
});

const handle = (...messages: readonly Partial<Message>[]): Promise<void> =>
  backfiller.handle({
    messages,
    signal: new AbortController().signal,
    deadLetter: (message: Message, cause: unknown) => Promise.resolve(void buried.push([message, cause])),
  } as unknown as Batch);

it('rebuilds what is wanted, twins of a batch once', async () => {
  await handle(wish('a', '1'), wish('b', '1'), wish('a', '2'), wish('a', '1'));
  expect(rebuilt).toEqual(['a:1,2', 'b:1']);
});

it('drops what was wanted half a minute ago', async () => {
  await handle(wish('a', '1', 30_000), wish('a', '2', 30_001), wish('b', '3', 60_000));
  expect(rebuilt).toEqual(['a:1']);
});

it('buries what it can not read, and what it can not rebuild, and does the rest', async () => {
  const unreadable = [{ ...wish('a', '1'), value: Buffer.from('no wish') }, wish('a', 'x'), wish('c', '1')];
  await handle(...unreadable, wish('b', '1'));
  expect(buried.map(([message]) => message)).toEqual(unreadable);
  for (const [, cause] of buried) expect(cause).toMatchObject({ code: 'COMMENT_BACKFILL_UNREADABLE' });
  expect(rebuilt).toEqual(['b:1']);
});

it('leaves an outage to the log, which delivers the batch again', async () => {
  await expect(handle(wish('a', '404'))).rejects.toMatchObject({ kind: 'unavailable' });
  expect(buried).toEqual([]);
});
