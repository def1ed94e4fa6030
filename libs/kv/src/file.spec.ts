import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@storey/context';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bytes, fields, scored, text } from './contract/suite.js';
import { describeKv } from './kv.contract.js';
import { type Kv } from './kv.js';
import { type KvOptions, openKv } from './open-kv.js';

const folder = mkdtempSync(join(tmpdir(), 'kv-'));
let count = 0;
const fresh = (): string => join(folder, `${(count += 1)}.kv`);
afterAll(() => rmSync(folder, { recursive: true }));

describeKv('file:', (clock) => openKv(`file:${fresh()}`, { clock }));

describe('file:', () => {
  let clock = new FakeClock();
  let path = '';
  let kv: Kv;
  let notices: unknown[] = [];
  const open = async (options: KvOptions = {}): Promise<Kv> => {
    notices = [];
    kv = await openKv(`file:${path}`, { clock, onNotice: (notice) => notices.push(notice), ...options });
    return kv;
  };
  const reopen = async (options: KvOptions = {}): Promise<Kv> => {
    await kv.close();
    return open(options);
  };
  beforeEach(async () => {
    clock = new FakeClock();
    path = fresh();
    await open();
  });
  afterEach(() => kv.close());

  const fill = async (): Promise<void> => {
    await kv.set('v', bytes('1'), { ttlMs: 10_000 });
    await kv.setFields('h', fields({ a: '1', b: '2', c: '3' }), {});
    await kv.setFields('h', fields({ a: '4' }), { maxFields: 3 });
    await kv.deleteFields('h', ['b']);
    await kv.addScored('s', scored({ x: 1, y: 2, z: 3 }), { maxMembers: 2 });
    await kv.removeScored('s', ['y']);
    await kv.expire('s', 20_000);
    await kv.set('gone', bytes('x'), {});
    await kv.delete(['gone']);
    await kv.takeQuota('q', { limit: 2, windowMs: 1000, cost: 2 });
  };
  const expectFilled = async (): Promise<void> => {
    expect(text(await kv.get('v'))).toBe('1');
    expect([...(await kv.getAllFields('h'))].map(([field, value]) => [field, text(value)])).toEqual([
      ['c', '3'],
      ['a', '4'],
    ]);
    expect(await kv.rangeByScore('s', { order: 'ascending', limit: 9 })).toEqual(scored({ z: 3 }));
    expect(await kv.get('gone')).toBeUndefined();
    expect((await kv.takeQuota('q', { limit: 2, windowMs: 1000, cost: 1 })).retryAfterMs).toBe(1000);
  };

  it('says that it does not evict', () => expect(kv.evicts).toBe(false));

  it('has everything again after a restart, twice', async () => {
    await fill();
    await expectFilled();
    await reopen();
    await expectFilled();
    await reopen();
    await expectFilled();
    expect(notices).toEqual([expect.objectContaining({ kind: 'compacted' })]);
  });

  it('does not bring back what expired while nobody was there', async () => {
    await fill();
    await kv.close();
    clock.step(10_000);
    await open();
    expect(await kv.get('v')).toBeUndefined();
    expect(await kv.countScored('s')).toBe(1);
    clock.step(-10_000);
    expect(await kv.get('v')).toBeUndefined();
  });

  it('does not bring back an expired life when the key was used again', async () => {
    await kv.setFields('h', fields({ a: '1' }), { ttlMs: 100 });
    await clock.advance(100);
    await kv.setFields('h', fields({ b: '2' }), {});
    await reopen();
    expect([...(await kv.getAllFields('h')).keys()]).toEqual(['b']);
    await clock.advance(100_000);
    expect((await kv.getAllFields('h')).size).toBe(1);
  });

  it('remembers who wrote a record, so that ties are still broken after a restart', async () => {
    const merge = { hashKey: '{1}h', setKey: '{1}s', tombstoneKey: '{1}t', field: 'f', floorMembers: [] };
    const record = { ...merge, order: 1, device: 'tv' };
    await kv.mergeIfNewer({ ...record, tie: 5, value: bytes('a') });
    await reopen();
    expect(await kv.mergeIfNewer({ ...record, tie: 4, value: bytes('b') })).toBe('older');
    expect(await kv.mergeIfNewer({ ...record, tie: 5, value: bytes('b') })).toBe('written');
  });

  it('knows no lease of before a restart', async () => {
    const [lease] = await kv.getOrLease(['k'], 1000);
    await reopen();
    expect(await kv.fill('k', lease?.token ?? '', bytes('v'), { ttlMs: 10 })).toBe(false);
    const [next] = await kv.getOrLease(['k'], 1000);
    expect(await kv.fill('k', lease?.token ?? '', bytes('v'), { ttlMs: 10 })).toBe(false);
    expect(await kv.fill('k', next?.token ?? '', bytes('v'), { ttlMs: 10 })).toBe(true);
  });

  it('refuses what does not fit, keeps what is there, and takes more after a delete', async () => {
    await reopen({ maxBytes: 5000 });
    await kv.set('a', new Uint8Array(4000), {});
    await expect(kv.set('b', new Uint8Array(4000), {})).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await kv.mget(['a', 'b'])).toEqual([new Uint8Array(4000), undefined]);
    await kv.set('a', new Uint8Array(3000), {});
    await kv.delete(['a']);
    await kv.set('b', new Uint8Array(4000), {});
    await reopen();
    expect(await kv.get('a')).toBeUndefined();
    expect(await kv.get('b')).toHaveLength(4000);
  });

  it('is opened by one at a time', async () => {
    await expect(openKv(`file:${path}`)).rejects.toMatchObject({ kind: 'unavailable' });
    await reopen();
  });

  it('writes what happens in one turn at once', async () => {
    let writes = 0;
    await reopen({ faultPoint: (name) => (writes += name === 'kv.journal.before-write' ? 1 : 0) });
    await Promise.all(Array.from({ length: 100 }, (_, n) => kv.set(`k${n}`, bytes('v'), {})));
    expect(writes).toBe(1);
  });

  describe('when a write fails', () => {
    let failing = false;
    const refuse = (name: string): void => {
      if (failing && name === 'kv.journal.before-write') throw new Error('ENOSPC');
    };
    beforeEach(async () => {
      failing = false;
      await reopen({ faultPoint: refuse });
      await fill();
      failing = true;
    });

    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      set: () => kv.set('v', bytes('new'), {}),
      'set over another kind': () => kv.set('h', bytes('new'), {}),
      delete: () => kv.delete(['v', 'h', 's']),
      expire: () => kv.expire('v', 1),
      setFields: () => kv.setFields('h', fields({ c: 'new', d: 'new' }), { ttlMs: 1, maxFields: 2 }),
      deleteFields: () => kv.deleteFields('h', ['a', 'c']),
      addScored: () => kv.addScored('s', scored({ z: 9, n: 1 }), { ttlMs: 1, maxMembers: 1 }),
      removeScored: () => kv.removeScored('s', ['z']),
      takeQuota: () => kv.takeQuota('other', { limit: 2, windowMs: 1000, cost: 1 }),
      flush: () => kv.flush(),
    };
    for (const [verb, change] of Object.entries(changes)) {
      it(`${verb} is refused and leaves no trace, here or after a restart`, async () => {
        await expect(change()).rejects.toMatchObject({ kind: 'unavailable' });
        failing = false;
        await clock.advance(10);
        clock.step(-10);
        await expectFilled();
        await kv.setFields('h', fields({ d: '5' }), { maxFields: 2 });
        await kv.setFields('h', fields({ c: '3', a: '4' }), { maxFields: 2 });
        await reopen();
        await expectFilled();
      });
    }

    it('all of the turn are refused together, and those that saw them too', async () => {
      const verbs = [
        kv.set('n', bytes('1'), {}),
        kv.compareAndSet('n', bytes('1'), bytes('2'), {}),
        kv.setIfAbsent('n', bytes('3'), {}),
        kv.get('n'),
      ];
      const outcomes = await Promise.allSettled(verbs);
      expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
      expect(await kv.get('n')).toBeUndefined();
    });

    it('reads go on, ping fails, one notice is given, and the next write that succeeds heals', async () => {
      for (let n = 0; n < 3; n += 1) await expect(kv.set('n', bytes('1'), {})).rejects.toThrow();
      expect(text(await kv.get('v'))).toBe('1');
      await expect(kv.ping()).rejects.toMatchObject({ kind: 'unavailable' });
      expect(notices.filter((notice) => (notice as { kind: string }).kind === 'write_failed')).toHaveLength(
        1,
      );
      failing = false;
      await kv.ping();
      await kv.set('n', bytes('1'), {});
      await reopen();
      expect(text(await kv.get('n'))).toBe('1');
    });
  });

  it('a write that failed after its bytes were out is taken back as well', async () => {
    let failing = true;
    await reopen({
      faultPoint: (name) => {
        if (failing && name === 'kv.journal.after-write') throw new Error('EIO');
      },
    });
    await expect(kv.set('n', bytes('1'), {})).rejects.toThrow();
    failing = false;
    await kv.set('m', bytes('2'), {});
    await reopen();
    expect((await kv.mget(['n', 'm'])).map(text)).toEqual([undefined, '2']);
  });

  describe('found after a crash', () => {
    const damaged = fresh();
    const openDamaged = async (change: (file: string) => void): Promise<Kv> => {
      copyFileSync(path, damaged);
      change(damaged);
      notices = [];
      return openKv(`file:${damaged}`, { clock, onNotice: (notice) => notices.push(notice) });
    };

    it('cut at any byte of its last record, it opens without that record alone', async () => {
      await kv.set('a', bytes('1'), {});
      const before = statSync(path).size;
      await kv.set('b', bytes('22'), {});
      const after = statSync(path).size;
      for (let length = before; length <= after; length += 1) {
        const opened = await openDamaged((file) => truncateSync(file, length));
        const whole = length === after;
        expect((await opened.mget(['a', 'b'])).map(text)).toEqual(['1', whole ? '22' : undefined]);
        const cut = notices.filter((notice) => (notice as { kind: string }).kind === 'truncated');
        expect(cut).toEqual(
          whole || length === before ? [] : [{ kind: 'truncated', path: damaged, bytes: length - before }],
        );
        await opened.set('c', bytes('3'), {});
        await opened.close();
      }
    });

    it('cut inside its first bytes, it opens empty', async () => {
      for (const length of [0, 1, 11]) {
        const opened = await openDamaged((file) => truncateSync(file, length));
        expect(await opened.get('a')).toBeUndefined();
        await opened.close();
      }
    });

    it('with any one byte of its content changed, it refuses to open and says where', async () => {
      const start = statSync(path).size;
      await kv.set('a', bytes('1'), {});
      await kv.set('b', bytes('22'), {});
      const content = readFileSync(path);
      for (let at = start; at < content.length; at += 1) {
        const flipped = Buffer.from(content);
        flipped.writeUInt8((content[at] ?? 0) ^ 0x10, at);
        await expect(openDamaged((file) => writeFileSync(file, flipped))).rejects.toMatchObject({
          code: 'KV_JOURNAL_CORRUPT',
        });
      }
    });

    it('of another format, it refuses to open and leaves the file alone', async () => {
      const foreign = (file: string): void => writeFileSync(file, 'SQLite format 3');
      await expect(openDamaged(foreign)).rejects.toMatchObject({ code: 'KV_JOURNAL_CORRUPT' });
      expect(readFileSync(damaged, 'utf8')).toBe('SQLite format 3');
    });
  });
});
