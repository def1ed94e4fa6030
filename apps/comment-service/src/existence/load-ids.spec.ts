import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { loadIds, type LoadOptions } from './load-ids.js';

/** Two tables of a thousand ids each. */
class Rows {
  tables = { first: 0, count: 2 };
  readonly limits: number[] = [];
  fails = 0;

  async of(table: number, after: bigint, limit: number): Promise<readonly bigint[]> {
    this.limits.push(limit);
    if (this.fails-- > 0) throw unavailable('away');
    const ids = Array.from({ length: 1000 }, (_, n) => BigInt(n * 2 + table + 1));
    return ids.filter((id) => id > after).slice(0, limit);
  }
}

async function load(options: Partial<LoadOptions> & { readonly ids: Rows }) {
  const clock = new FakeClock();
  const found: bigint[] = [];
  const { signal } = new AbortController();
  const add = (id: bigint): boolean => found.push(id) > 0;
  const loading = loadIds({ clock, signal, add, ...options });
  const result = loading.then(
    (whole) => ({ whole }),
    (error: unknown) => ({ error }),
  );
  for (let n = 0; n < 100; n += 1) await clock.advance(100);
  return { found, result: await result };
}

describe('loading the ids of all comments', () => {
  it('meets each of every table once, in bounded chunks', async () => {
    const ids = new Rows();
    const { found, result } = await load({ ids });
    expect(result).toEqual({ whole: true });
    expect(found.toSorted((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 2000 }, (_, n) => BigInt(n + 1)),
    );
    expect(ids.limits.length).toBeGreaterThan(4);
    expect(Math.max(...ids.limits)).toBeLessThanOrEqual(1000);
  });

  it('waits for a database that is away', async () => {
    const ids = new Rows();
    ids.fails = 5;
    expect(await load({ ids })).toMatchObject({ result: { whole: true }, found: { length: 2000 } });
  });

  it('fails with what is no outage', async () => {
    const error = new Error('a defect');
    const ids = Object.assign(new Rows(), { of: () => Promise.reject(error) });
    expect((await load({ ids })).result).toEqual({ error });
  });

  it('ends when no more are wanted', async () => {
    let left = 700;
    const add = (): boolean => (left -= 1) > 0;
    expect((await load({ ids: new Rows(), add })).result).toEqual({ whole: false });
    expect(left).toBe(0);
  });

  it('begins again when the tables are dealt out anew meanwhile', async () => {
    const ids = new Rows();
    const add = (id: bigint): boolean => {
      if (id === 1999n) ids.tables = { first: 64, count: 1 };
      seen.push(id);
      return true;
    };
    const seen: bigint[] = [];
    expect((await load({ ids, add })).result).toEqual({ whole: true });
    expect(seen).toHaveLength(3000);
  });

  it('ends at once when it is told to', async () => {
    const ids = new Rows();
    const stopping = new AbortController();
    const add = (): boolean => (stopping.abort(new Error('closing')), true);
    const { result } = await load({ ids, add, signal: stopping.signal });
    expect(result).toEqual({ error: stopping.signal.reason });
    expect(ids.limits).toHaveLength(1);
  });
});
