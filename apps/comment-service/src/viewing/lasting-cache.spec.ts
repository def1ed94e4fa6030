import { describe, expect, it } from '@jest/globals';
import { type Found } from '@storey/cache';
import { FakeClock } from '@storey/context';
import { deadlineExceeded, unavailable } from '@storey/errors';
import { FoundAway } from '../intake/found-away.js';
import { notingLacks } from './lacking.js';
import { LastingCache } from './lasting-cache.js';

const KNOWN = new Map<string, Found<string>>([
  ['fresh', { value: 'as it is', stale: false }],
  ['old', { value: 'as it was', stale: true }],
  ['none', { value: undefined, stale: false }],
]);

/** A cache that knows something, and whose loads fail with `error`. */
function setUp(error: () => Error = () => unavailable('The database is away.')) {
  const clock = new FakeClock();
  const database = new FoundAway(clock);
  const loads: (readonly string[])[] = [];
  const state = { cacheIsAway: false };
  const cached = {
    getMany: (ids: Iterable<string>) => {
      loads.push([...ids]);
      return database.watch(() => Promise.reject<Map<string, string>>(error()));
    },
    lastKnown: (ids: readonly string[]) => {
      if (state.cacheIsAway) return Promise.reject(unavailable('The cache is away.'));
      return Promise.resolve(new Map([...KNOWN].filter(([id]) => ids.includes(id))));
    },
  };
  const counts = { comments: 0, viewer: 0 };
  const lasting = new LastingCache(cached, { database, counts, lack: 'comments' });
  const noted = <T>(read: () => Promise<T>) =>
    notingLacks(async (lacking) => [await read(), [...lacking]] as const);
  return { clock, counts, database, lasting, loads, noted, state };
}

describe('what can not be loaded', () => {
  it('is answered with what was known last, and the answer noted to lack something', async () => {
    const { counts, lasting, noted } = setUp();
    expect(await noted(() => lasting.get('old'))).toEqual(['as it was', ['comments']]);
    expect(counts).toEqual({ comments: 1, viewer: 0 });
    expect(await noted(() => lasting.get('fresh'))).toEqual(['as it is', []]);
    expect(await noted(() => lasting.get('none'))).toEqual([undefined, []]);
    const all = new Map([
      ['fresh', 'as it is'],
      ['old', 'as it was'],
    ]);
    expect(await noted(() => lasting.getMany(['fresh', 'old', 'none']))).toEqual([all, ['comments']]);
  });

  it('fails where nothing is known of one, unless some are enough', async () => {
    const { lasting, noted } = setUp();
    await expect(lasting.get('unknown')).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(lasting.getMany(['fresh', 'unknown'])).rejects.toMatchObject({ kind: 'unavailable' });
    const some = new Map([['fresh', 'as it is']]);
    expect(await noted(() => lasting.getSome(['fresh', 'unknown']))).toEqual([some, ['comments']]);
    expect(await noted(() => lasting.known(['fresh', 'unknown']))).toEqual([some, ['comments']]);
  });

  it('fails for whose answer can not say that it lacks something', async () => {
    await expect(setUp().lasting.getFresh(['old'])).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('fails as it did where the cache is away, too', async () => {
    const { lasting, state } = setUp();
    state.cacheIsAway = true;
    await expect(lasting.get('old')).rejects.toThrow('The database is away.');
    await expect(lasting.get('old')).rejects.toThrow('The database is away.');
  });

  it('for a fault of ours is no outage', async () => {
    const { lasting, database } = setUp(() => new TypeError('a fault'));
    await expect(lasting.get('old')).rejects.toThrow('a fault');
    expect(database.isAway).toBe(false);
  });
});

describe('a database that was found away', () => {
  it('is not waited for by who can do without; one a second looks for all', async () => {
    const { clock, lasting, loads } = setUp();
    await lasting.get('old');
    for (let second = 0; second < 3; second += 1) {
      for (let reader = 0; reader < 5; reader += 1) await lasting.get('old');
      expect(loads).toHaveLength(1 + second);
      await clock.advance(1000);
    }
  });

  it('is asked by who knows nothing else', async () => {
    const { lasting, loads } = setUp();
    await lasting.get('old');
    await expect(lasting.get('unknown')).rejects.toMatchObject({ kind: 'unavailable' });
    await lasting.getSome(['unknown', 'unheard of']);
    expect(loads).toEqual([['old'], ['unknown'], ['unknown', 'unheard of']]);
  });

  it('is asked anew by everybody when nobody has been there for a while', async () => {
    const { clock, lasting, loads } = setUp();
    await lasting.get('old');
    await clock.advance(2000);
    await lasting.get('old');
    expect(loads).toHaveLength(2);
  });

  it('is not one that is late', async () => {
    const { database, lasting, noted } = setUp(() => deadlineExceeded());
    expect(await noted(() => lasting.get('old'))).toEqual(['as it was', ['comments']]);
    expect(database.isAway).toBe(false);
  });

  it('is asked of nobody who only wants what does not need it', async () => {
    const { clock, lasting, loads } = setUp();
    await lasting.get('old');
    await clock.advance(1000);
    await lasting.get('fresh');
    expect(loads).toHaveLength(1);
  });
});
