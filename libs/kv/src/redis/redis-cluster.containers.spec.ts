import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@storey/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { imageOf } from '../../../../tools/containers/images.mjs';
import { realTime } from '../../test/real-time.js';
import { type RedisServer, startRedisCluster } from '../../test/redis-server.js';
import { bytes, text } from '../contract/suite.js';
import { describeKv } from '../kv.contract.js';
import { type Kv } from '../kv.js';
import { openKv } from '../open-kv.js';

let servers: readonly RedisServer[] = [];
beforeAll(async () => {
  servers = await startRedisCluster(imageOf('redis'));
}, 120_000);
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

const urlOf = (settings = '?timeoutMs=1000'): string =>
  `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}${settings}`;

async function openEmpty(settings?: string): Promise<Kv> {
  const kv = await openKv(urlOf(settings));
  await kv.flush();
  return kv;
}

describeKv('redis+cluster:', () => openEmpty(), { time: realTime });

describe('redis+cluster:', () => {
  const quota = { limit: 10, windowMs: 60_000, cost: 1 };
  const left = async (kv: Kv, key: string): Promise<number> =>
    10 - ((await kv.get(key))?.byteLength ?? 0) / 8;
  const onEach = (...command: string[]) => Promise.all(servers.map((server) => server.cli(...command)));

  it('is found by one of its nodes, and keeps keys of every slot', async () => {
    const kv = await openEmpty();
    await kv.close();
    const [first] = servers;
    const byOne = await openKv(`redis+cluster://127.0.0.1:${first?.port}?timeoutMs=1000`, {
      mayEvict: false,
    });
    const keys = Array.from({ length: 60 }, (_, n) => `{${n}}k`);
    await Promise.all(keys.map((key, n) => byOne.set(key, bytes(`${n}`), {})));
    expect((await byOne.mget(keys)).map(text)).toEqual(keys.map((_, n) => `${n}`));
    expect((await byOne.getOrLease(keys, 1000)).map(({ value }) => text(value))).toEqual(
      keys.map((_, n) => `${n}`),
    );
    expect((await onEach('DBSIZE')).every((size) => Number(size) > 0)).toBe(true);
    expect(await byOne.delete(keys)).toBe(60);
    await byOne.close();
  });

  it('flushes what has its prefix alone, on every node', async () => {
    const mine = await openEmpty('?prefix=mine:&timeoutMs=1000');
    const other = await openKv(urlOf('?prefix=other:&timeoutMs=1000'));
    const keys = Array.from({ length: 30 }, (_, n) => `{${n}}k`);
    for (const kv of [mine, other]) await Promise.all(keys.map((key) => kv.set(key, bytes('v'), {})));
    await mine.flush();
    expect((await mine.mget(keys)).filter(Boolean)).toEqual([]);
    expect((await other.mget(keys)).filter(Boolean)).toHaveLength(30);
    await mine.close();
    await other.close();
  });

  it('is refused by the URL of a single server, and a single server by that of a cluster', async () => {
    await expect(openKv(`redis://127.0.0.1:${servers[0]?.port}`)).rejects.toMatchObject({
      code: 'KV_SERVER_UNFIT',
      message: expect.stringContaining('redis+cluster://'),
    });
  });

  it('rejects in time while its nodes are silent, and works when they speak again', async () => {
    const kv = await openEmpty('?timeoutMs=50');
    await onEach('CLIENT', 'PAUSE', '2500', 'ALL').catch(() => undefined);
    const begun = performance.now();
    const verbs = Array.from({ length: 20 }, (_, n) => kv.get(`{${n}}k`));
    const answers = await Promise.allSettled(verbs);
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(performance.now() - begun).toBeLessThan(500);
    await eventually(() => kv.set('{1}k', bytes('v'), {}), { timeoutMs: 5000 });
    await kv.close();
  });

  it('sends nothing a second time when a connection breaks', async () => {
    const kv = await openEmpty('?timeoutMs=5000');
    await kv.takeQuota('{a}q', quota);
    // Sent, and held back by the server until its connection is gone.
    await onEach('CLIENT', 'PAUSE', '10000', 'WRITE');
    const taking = kv.takeQuota('{a}q', quota);
    await sleep(50);
    const owns = await onEach('EXISTS', '{a}q');
    await servers[owns.indexOf('1')]?.cli('CLIENT', 'KILL', 'TYPE', 'normal');
    await expect(taking).rejects.toMatchObject({ kind: 'unavailable' });
    await onEach('CLIENT', 'UNPAUSE');
    await sleep(500);
    await eventually(async () => expect(await left(kv, '{a}q')).toBe(9));
    await kv.close();
  });

  it('rejects for the slots of a node that is away, serves the others, and comes back with it', async () => {
    const kv = await openEmpty('?timeoutMs=200');
    const keys = Array.from({ length: 30 }, (_, n) => `{${n}}k`);
    const served = async () =>
      (await Promise.allSettled(keys.map((key) => kv.set(key, bytes('v'), {})))).filter(
        ({ status }) => status === 'fulfilled',
      ).length;
    expect(await served()).toBe(30);
    await onEach('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await servers[1]?.cli('CLIENT', 'PAUSE', '2000', 'ALL');
    await sleep(300);
    const meanwhile = await served();
    expect(meanwhile).toBeGreaterThan(5);
    expect(meanwhile).toBeLessThan(30);
    await eventually(async () => expect(await served()).toBe(30), { timeoutMs: 6000 });
    await kv.close();
  });
});
