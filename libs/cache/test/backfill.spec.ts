import { describe, expect, it } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { type Cached } from '../src/index.js';
import { Fixture, hold, storeOver, turns } from './fixture.js';

const numbers = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

/** A reader who sends what it missed, and what it has sent. */
function sending(f: Fixture): { reader: Cached<number, string>; sent: (readonly number[])[] } {
  const sent: (readonly number[])[] = [];
  const send = async (ids: readonly number[]): Promise<void> => void sent.push(ids);
  return { reader: f.cached(f.kv, { backfill: { send } }), sent };
}

describe('a reader who sends what it misses', () => {
  it('answers at once, fills nothing, and tells of each id once a second', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const { reader, sent } = sending(f);
    for (let i = 0; i < 5; i += 1) expect(await reader.get(1)).toBe('one');
    expect(await reader.get(2)).toBeUndefined();
    await turns();
    expect(await f.kv.get('t:1')).toBeUndefined();
    expect(sent.flat()).toEqual([1, 2]);
    await f.clock.advance(1000);
    await reader.getMany([1, 2]);
    await turns();
    expect(sent.at(-1)).toEqual([1, 2]);
    expect(reader.counts.backfillsSent).toBe(4);
  });

  it('leaves the lease to the one who rebuilds', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const { reader } = sending(f);
    await reader.get(1);
    await f.cached().rebuild([1]);
    f.loads.length = 0;
    expect(await reader.get(1)).toBe('one');
    expect(f.loads).toEqual([]);
  });

  it('keeps its memory flat in a storm of misses while nothing can be sent', async () => {
    await using f = await Fixture.open();
    const sent: (readonly number[])[] = [];
    const send = async (ids: readonly number[]): Promise<void> => {
      sent.push(ids);
      await new Promise(() => undefined);
    };
    const reader = f.cached(f.kv, { backfill: { send } });
    for (let from = 0; from < 5000; from += 500) await reader.getMany(numbers(500, from));
    expect(sent).toHaveLength(4);
    // 1,000 ids wait for one of the four messages to arrive.
    expect(reader.counts.backfillsDropped).toBe(5000 - sent.flat().length - 1000);
  });

  it('remembers a bounded number of ids as sent', async () => {
    await using f = await Fixture.open();
    const { reader, sent } = sending(f);
    for (let from = 0; from < 11_000; from += 500) await reader.getMany(numbers(500, from));
    await turns();
    expect(sent.flat()).toHaveLength(10_000);
    expect(reader.counts.backfillsDropped).toBe(1000);
  });

  it('counts and tells of what could not be sent, and answers all the same', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const reader = f.cached(f.kv, { backfill: { send: () => Promise.reject(unavailable('log')) } });
    expect(await reader.get(1)).toBe('one');
    await turns();
    expect(reader.counts).toMatchObject({ failures: 1, backfillsSent: 0 });
    expect(f.errors).toHaveLength(1);
  });

  it('sends nothing while the store is away: nobody knows what is missing', async () => {
    await using f = await Fixture.open();
    const sent: number[] = [];
    const mget = (): Promise<never> => Promise.reject(unavailable('kv'));
    const send = async (ids: readonly number[]): Promise<void> => void sent.push(...ids);
    await f.cached(storeOver(f.kv, { mget }), { backfill: { send } }).get(1);
    await turns();
    expect(sent).toEqual([]);
  });
});

describe('who rebuilds', () => {
  it('loads and fills only what is still not there', async () => {
    await using f = await Fixture.open();
    for (const id of [1, 2, 3]) f.truth.set(id, `v${id}`);
    const job = f.cached();
    await job.set(1, 'there');
    await f.kv.getOrLease(['t:3'], 1000);
    await job.rebuild([1, 2, 2, 3, 4]);
    expect(f.loads).toEqual([[2, 4]]);
    expect(job.counts.rebuilt).toBe(2);
    expect(await job.get(1)).toBe('there');
  });

  it('loses against a write in between', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const release = hold(f);
    const job = f.cached();
    const rebuilding = job.rebuild([1]);
    await turns();
    await f.cached().set(1, 'new');
    release();
    await rebuilding;
    expect(await job.get(1)).toBe('new');
    expect(job.counts.rebuilt).toBe(0);
  });

  it('is told when it can not', async () => {
    await using f = await Fixture.open();
    f.fail = () => {
      throw unavailable('database');
    };
    await expect(f.cached().rebuild([1])).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(f.cached().rebuild([1], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});
