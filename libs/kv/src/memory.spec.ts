import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { describeKv } from './kv.contract.js';
import { openKv } from './open-kv.js';

describeKv('memory:', (clock) => openKv('memory:', { clock }));

describe('memory:', () => {
  it('says that it evicts', async () => {
    const kv = await openKv('memory:');
    expect(kv.evicts).toBe(true);
    await kv.close();
  });

  it('keeps within its bytes by forgetting what was used longest ago', async () => {
    const kv = await openKv('memory:?maxBytes=10kb', { clock: new FakeClock() });
    for (let n = 0; n < 8; n += 1) await kv.set(`k${n}`, new Uint8Array(1000), {});
    await kv.get('k0');
    for (let n = 8; n < 15; n += 1) await kv.set(`k${n}`, new Uint8Array(1000), {});
    const kept = await kv.mget(Array.from({ length: 15 }, (_, n) => `k${n}`));
    expect(kept.map((value, n) => (value ? n : -1)).filter((n) => n >= 0)).toEqual([
      0, 7, 8, 9, 10, 11, 12, 13, 14,
    ]);
    await kv.close();
  });

  it('survives one key that is larger than the whole store', async () => {
    const kv = await openKv('memory:?maxBytes=1kb');
    await kv.set('k', new Uint8Array(5000), {});
    expect(await kv.get('k')).toBeUndefined();
    await kv.close();
  });
});
