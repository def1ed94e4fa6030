import { FakeClock, SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import { bytes } from './contract/suite.js';
import { EmbeddedKv } from './embedded-kv.js';
import { Engine } from './engine.js';
import { Leases } from './leases.js';
import { Store } from './store.js';

function open() {
  const clock = new FakeClock();
  const store = new Store(clock, true);
  const leases = new Leases(clock, new SeededRandom(1));
  const kv = new EmbeddedKv(new Engine(store, leases, 1e9, undefined));
  return { clock, store, leases, kv };
}

describe('the sweep', () => {
  it('frees what has expired and is never asked for again, leases too', async () => {
    const { clock, store, leases, kv } = open();
    for (let n = 0; n < 100; n += 1) await kv.set(`k${n}`, bytes('v'), { ttlMs: 500 });
    await kv.set('kept', bytes('v'), {});
    await kv.getOrLease(['a', 'b'], 500);
    await clock.advance(3000);
    expect([store.size, leases.size]).toEqual([1, 0]);
    await kv.close();
  });

  it('looks at a bounded number of keys a second', async () => {
    const { clock, store, kv } = open();
    for (let n = 0; n < 15_000; n += 1) await kv.set(`k${n}`, bytes('v'), { ttlMs: 100 });
    await clock.advance(1000);
    expect(store.size).toBe(5000);
    await clock.advance(1000);
    expect(store.size).toBe(0);
    expect(store.bytes).toBe(0);
    await kv.close();
  });

  it('is one timer at most, and none when there is nothing or all is closed', async () => {
    const { clock, kv } = open();
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
    for (let n = 0; n < 10; n += 1) await kv.set(`k${n}`, bytes('v'), { ttlMs: 100 });
    expect(clock.pendingTimers).toBe(1);
    await kv.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
