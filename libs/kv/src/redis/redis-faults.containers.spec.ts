import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@storey/context';
import { ToxicProxy, eventually, realStores } from '@storey/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bytes, text } from '../contract/suite.js';
import { type KvNotice } from '../journal.js';
import { type Kv } from '../kv.js';
import { openKv } from '../open-kv.js';
import { RedisConnection } from './redis-connection.js';
import { parseRedisUrl } from './redis-url.js';

const isUnavailable = { kind: 'unavailable' };
const quota = { limit: 100, windowMs: 60_000, cost: 1 };

describe('redis: on a bad line', () => {
  let proxy: ToxicProxy;
  let kv: Kv;
  /** The same database, past the proxy. */
  let direct: Kv;
  let notices: string[] = [];
  const urlOf = (settings = ''): string => `redis://127.0.0.1:${proxy.port}/2${settings}`;
  const open = (settings?: string): Promise<Kv> =>
    openKv(urlOf(settings), { onNotice: ({ kind }: KvNotice) => notices.push(kind) });
  const taken = async (): Promise<number> => ((await direct.get('q'))?.byteLength ?? 0) / 8;

  beforeEach(async () => {
    notices = [];
    proxy = await ToxicProxy.start({ targetPort: Number(new URL(realStores.redis).port) });
    direct = await openKv(`${realStores.redis}/2?timeoutMs=1000`);
    await direct.flush();
    kv = await open();
  });
  afterEach(async () => {
    await Promise.all([kv.close(), direct.close()]);
    await proxy[Symbol.asyncDispose]();
  });

  const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
    get: () => kv.get('k'),
    mget: () => kv.mget(['k', 'l']),
    set: () => kv.set('k', bytes('v'), {}),
    getOrLease: () => kv.getOrLease(['k'], 1000),
    delete: () => kv.delete(['k']),
    getAllFields: () => kv.getAllFields('h'),
    rangeByScore: () => kv.rangeByScore('s', { order: 'ascending', limit: 10 }),
    takeQuota: () => kv.takeQuota('q', quota),
    ping: () => kv.ping(),
  };

  it('slow: every verb rejects when its time is over, and the connection is kept', async () => {
    proxy.set({ kind: 'latency', ms: 250 });
    for (const verb of Object.values(verbs)) {
      const begun = performance.now();
      await expect(verb()).rejects.toMatchObject(isUnavailable);
      expect(performance.now() - begun).toBeLessThan(200);
    }
    proxy.set({ kind: 'none' });
    await eventually(() => kv.ping(), { timeoutMs: 1500 });
    expect(notices).toEqual(['connected']);
  });

  it('slow: what the server owes an answer to is bounded', async () => {
    const options = {
      clock: systemClock,
      random: systemRandom,
      onNotice: () => undefined,
      openWithinMs: 5000,
    };
    const connection = await RedisConnection.open(parseRedisUrl(urlOf()), options);
    proxy.set({ kind: 'latency', ms: 300 });
    const asked = Array.from({ length: 10_000 }, () => connection.send('GET', ['k']));
    expect(connection.inFlight).toBe(4096);
    const answers = await Promise.allSettled(asked);
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    // Given up is not answered.
    expect(connection.inFlight).toBeGreaterThan(4000);
    proxy.set({ kind: 'none' });
    await eventually(() => expect(connection.inFlight).toBeLessThan(10));
    await connection.close();
  });

  it('a stall of our own is not held against the server', async () => {
    const undisturbed = await openKv(`${realStores.redis}/2`);
    const answer = undisturbed.get('k');
    for (const end = performance.now() + 300; performance.now() < end;);
    expect(await answer).toBeUndefined();
    await undisturbed.close();
  });

  it('half-open: the connection is given up within a second, and another one works soon after', async () => {
    const before = proxy.connections;
    expect(before).toBe(1);
    proxy.set({ kind: 'timeout' });
    await eventually(() => expect(notices).toContain('disconnected'), { timeoutMs: 1300 });
    await sleep(1000);
    await expect(kv.get('k')).rejects.toMatchObject(isUnavailable);
    proxy.set({ kind: 'none' });
    await eventually(() => kv.set('k', bytes('v'), {}), { timeoutMs: 1500 });
    expect(proxy.connections).toBe(1);
  });

  it('down: verbs reject at once and are not kept for later, nothing is printed, and it comes back within a second', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    proxy.set({ kind: 'down' });
    await eventually(() => expect(notices).toContain('disconnected'));
    const begun = performance.now();
    for (let n = 0; n < 100; n += 1) {
      await expect(kv.set('late', bytes(`${n}`), {})).rejects.toMatchObject(isUnavailable);
    }
    expect(performance.now() - begun).toBeLessThan(1000);
    await sleep(1000);
    proxy.set({ kind: 'none' });
    await eventually(() => kv.ping(), { timeoutMs: 1000 });
    expect(await direct.get('late')).toBeUndefined();
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('cut: what was under way fails at once, and is never sent a second time', async () => {
    await kv.close();
    kv = await open('?timeoutMs=5000');
    proxy.set({ kind: 'latency', ms: 200 });
    const taking = kv.takeQuota('q', quota);
    await eventually(async () => expect(await taken()).toBe(1));
    const begun = performance.now();
    proxy.cut();
    await expect(taking).rejects.toMatchObject(isUnavailable);
    expect(performance.now() - begun).toBeLessThan(150);
    proxy.set({ kind: 'none' });
    await eventually(() => kv.ping());
    await sleep(100);
    expect(await taken()).toBe(1);
  });

  it('closed while the server is away, it leaves nothing behind', async () => {
    proxy.set({ kind: 'down' });
    await eventually(() => expect(notices).toContain('disconnected'));
    await kv.close();
    proxy.set({ kind: 'none' });
    await sleep(700);
    expect(proxy.connections).toBe(0);
  });

  it('is waited for when it is opened, so long and no longer', async () => {
    proxy.set({ kind: 'down' });
    const opening = openKv(urlOf(), { openWithinMs: 300 });
    await expect(opening).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ was not there within 0\.3 s.*key-value URL/),
    });
    const patient = openKv(urlOf(), { openWithinMs: 5000 });
    await sleep(300);
    proxy.set({ kind: 'none' });
    const late = await patient;
    await late.set('k', bytes('v'), {});
    expect(text(await late.get('k'))).toBe('v');
    await late.close();
  });
});
