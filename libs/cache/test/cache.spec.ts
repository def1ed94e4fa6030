import { describe, expect, it } from '@jest/globals';
import { type Definition } from '../src/index.js';
import { Fixture, text, turns } from './fixture.js';

const definition: Definition<number, string> = {
  name: 'thing',
  key: (id) => `t:${id}`,
  codec: text,
  ttlMs: 1000,
  jitter: 0,
  emptyTtlMs: 0,
  load: async () => new Map([[1, 'one']]),
};

describe('a cache', () => {
  it('counts by the names of what is cached', async () => {
    await using f = await Fixture.open();
    const cache = f.cache();
    const things = cache.define(definition);
    const local = { maxBytes: 10_000, freshMs: 1000, staleMs: 0, promote: 'all' } as const;
    const others = cache.define({ ...definition, name: 'other', key: (id) => `o:${id}`, local });
    for (const each of [things, others]) {
      await each.get(1);
      await turns();
      await each.get(1);
    }
    await turns();
    const stats = cache.stats();
    expect([...stats.keys()]).toEqual(['thing', 'other']);
    expect(stats.get('thing')).toMatchObject({ hits: 1, misses: 1, loads: 1 });
    expect(stats.get('thing')?.local).toBeUndefined();
    expect(stats.get('other')).toMatchObject({ localHits: 1, local: { hits: 1, kept: 1, copies: 1 } });
  });

  it('has one definition of a name', async () => {
    await using f = await Fixture.open();
    const cache = f.cache();
    cache.define(definition);
    expect(() => cache.define(definition)).toThrow('Cache thing exists already.');
  });

  it.each([
    [{ staleForMs: 10_001 }, 'staleForMs is 10001, and must be from 0 to 10000'],
    [{ staleForMs: -1 }, 'staleForMs'],
    [{ ttlMs: 0 }, 'ttlMs'],
    [{ ttlMs: Number.NaN }, 'ttlMs'],
    [{ jitter: 1.1 }, 'jitter'],
    [{ emptyTtlMs: -1 }, 'emptyTtlMs'],
    [{ maxBytes: 0 }, 'maxBytes'],
    [{ earlyBeta: -1 }, 'earlyBeta'],
  ])('refuses %o', async (wrong, message) => {
    await using f = await Fixture.open();
    expect(() => f.cache().define({ ...definition, ...wrong })).toThrow(message);
  });
});
