import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryFolder } from '@storey/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { imageOf } from '../../../../tools/containers/images.mjs';
import { RedisServer } from '../../test/redis-server.js';
import { bytes, fields, scored, text } from '../contract/suite.js';
import { type Kv } from '../kv.js';
import { type KvOptions, openKv } from '../open-kv.js';

describe('redis: by what its server is', () => {
  let server: RedisServer;
  let kv: Kv;
  beforeAll(async () => {
    server = await RedisServer.start(imageOf('redis'));
  }, 60_000);
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => kv.close());
  const open = async (path = '', options: KvOptions = {}): Promise<Kv> => {
    kv = await openKv(`redis://127.0.0.1:${server.port}${path}`, options);
    await kv.flush();
    return kv;
  };
  const openAs = (user: string, query = ''): Promise<Kv> =>
    openKv(`redis://${user}@127.0.0.1:${server.port}${query}`).then((opened) => (kv = opened));

  it('one that may evict is no place for state, and says so', async () => {
    await server.cli('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(open('', { mayEvict: false })).rejects.toMatchObject({
      code: 'KV_SERVER_UNFIT',
      message: expect.stringContaining('maxmemory-policy noeviction'),
    });
    expect((await open()).evicts).toBe(true);
    await kv.close();
    await server.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect((await open('', { mayEvict: false })).evicts).toBe(false);
  });

  it('is asked without CONFIG, which many providers forbid', async () => {
    await server.cli('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '+@all', '-config');
    await openAs('limited:secret');
    expect(kv.evicts).toBe(false);
  });

  it('that refuses the password, or has no such database, is told at once', async () => {
    const refused = { code: 'KV_URL_INVALID', message: expect.stringContaining('refuses it') };
    await expect(openAs('limited:wrong')).rejects.toMatchObject(refused);
    await expect(open('/99')).rejects.toMatchObject(refused);
  });

  it('takes its password from a file', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'password');
    writeFileSync(path, 'secret\n');
    await openAs('limited', `?passwordFile=${path}`);
    await kv.ping();
  });

  it('full: refuses writes and goes on reading', async () => {
    await open('?timeoutMs=1000');
    await kv.set('k', bytes('v'), {});
    await server.cli('CONFIG', 'SET', 'maxmemory', '1');
    try {
      await expect(kv.set('k', bytes('w'), {})).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(kv.setFields('h', fields({ f: '1' }), {})).rejects.toMatchObject({ kind: 'unavailable' });
      expect(text(await kv.get('k'))).toBe('v');
      expect(await kv.delete(['k'])).toBe(1);
    } finally {
      await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    }
  });

  it('made read-only by a failover: the verb rejects, and another connection is tried', async () => {
    const notices: string[] = [];
    await open('?timeoutMs=1000', { onNotice: ({ kind }) => notices.push(kind) });
    await server.cli('REPLICAOF', '127.0.0.1', '1');
    try {
      await expect(kv.set('k', bytes('v'), {})).rejects.toMatchObject({ kind: 'unavailable' });
      await eventually(() => expect(notices).toEqual(['connected', 'disconnected', 'connected']));
      await expect(kv.takeQuota('q', { limit: 1, windowMs: 1000, cost: 1 })).rejects.toMatchObject({
        kind: 'unavailable',
      });
    } finally {
      await server.cli('REPLICAOF', 'NO', 'ONE');
    }
    await eventually(() => kv.set('k', bytes('v'), {}));
  });

  it('that forgot the scripts is given them again', async () => {
    await open('?timeoutMs=1000');
    for (let n = 1; n <= 3; n += 1) {
      await server.cli('SCRIPT', 'FLUSH');
      const quota = { limit: 9, windowMs: 60_000, cost: 1 };
      await Promise.all([kv.takeQuota('q', quota), kv.takeQuota('q', quota)]);
      expect((await kv.get('q'))?.byteLength).toBe(n * 16);
    }
  });

  it('is asked once by a verb, however many keys it has', async () => {
    await open('?timeoutMs=1000');
    const keys = Array.from({ length: 20 }, (_, n) => `{${n}}k`);
    await kv.getOrLease(keys, 1000);
    await kv.delete(keys);
    await server.cli('CONFIG', 'RESETSTAT');
    await kv.mget(keys);
    await kv.getOrLease(keys, 1000);
    await kv.delete(keys);
    const stats = await server.cli('INFO', 'commandstats');
    // One by itself, one before the script that gives leases, and one in it.
    expect(stats).toContain('cmdstat_mget:calls=3,');
    expect(stats).toContain('cmdstat_evalsha:calls=2,');
  });

  it('runs no script for leases on what is there', async () => {
    await open('?timeoutMs=1000');
    for (const key of ['{1}k', '{2}k']) await kv.set(key, bytes(key), {});
    await server.cli('CONFIG', 'RESETSTAT');
    const found = await kv.getOrLease(['{1}k', '{2}k'], 1000);
    expect(found.map(({ value }) => text(value))).toEqual(['{1}k', '{2}k']);
    const stats = await server.cli('INFO', 'commandstats');
    expect(stats).toContain('cmdstat_mget:calls=1,');
    expect(stats).not.toContain('evalsha');
  });

  it('a hash or a sorted set takes the place of a lease, and is absent until then', async () => {
    await open('?timeoutMs=1000');
    for (const key of ['h', 's']) await kv.getOrLease([key], 60_000);
    expect(await kv.getFields('h', ['f'])).toEqual([undefined]);
    expect((await kv.getAllFields('h')).size).toBe(0);
    expect(await kv.countScored('s')).toBe(0);
    expect(await kv.rangeByScore('s', { order: 'descending', limit: 1 })).toEqual([]);
    expect(await kv.expire('h', 1000)).toBe(false);
    expect(await kv.addScoredIfPresent('s', scored({ m: 1 }), {})).toBe(false);
    await kv.setFields('h', fields({ f: '1' }), {});
    await kv.addScored('s', scored({ m: 1 }), {});
    expect(text((await kv.getFields('h', ['f']))[0])).toBe('1');
    expect(await kv.scoresOf('s', ['m'])).toEqual([1]);
  });

  it('forgets what has its prefix alone', async () => {
    await open('?timeoutMs=1000');
    await kv.set('other', bytes('v'), {});
    const mine = await openKv(`redis://127.0.0.1:${server.port}?prefix=mine:&timeoutMs=1000`);
    await mine.set('{u:1}k', bytes('v'), {});
    expect(await server.cli('EXISTS', 'mine:{u:1}k')).toBe('1');
    await mine.flush();
    expect(await server.cli('KEYS', '*')).toBe('other');
    await mine.close();
  });
});
