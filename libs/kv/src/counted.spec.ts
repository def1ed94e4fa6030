import { expect, it } from '@jest/globals';
import { describeKv } from './kv.contract.js';
import { counted } from './counted.js';
import { openKv } from './open-kv.js';

describeKv('a counted store', async (clock) => counted(await openKv('memory:', { clock })).kv);

it('counts each verb, and changes nothing', async () => {
  const { kv, counts } = counted(await openKv('memory:'));
  await kv.set('{1}k', Buffer.from('v'), {});
  await kv.get('{1}k');
  expect(Buffer.from((await kv.get('{1}k')) ?? []).toString()).toBe('v');
  expect(counts).toMatchObject({ set: 1, get: 2, mget: 0 });
  expect(kv.evicts).toBe(true);
  await kv.close();
});
