import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, SeededRandom } from '@storey/context';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bytes, fields, scored, text } from './contract/suite.js';
import { AppendFile } from './append-file.js';
import { compact } from './compaction.js';
import { type Undo } from './effect.js';
import { type KvNotice } from './journal.js';
import { type Kv } from './kv.js';
import { type KvOptions, openKv } from './open-kv.js';
import { Store } from './store.js';

const KIB = 1024;

describe('compaction', () => {
  let folder = '';
  let path = '';
  let kv: Kv;
  let clock = new FakeClock();
  let notices: KvNotice[] = [];
  const open = async (options: KvOptions = {}): Promise<void> => {
    notices = [];
    const onNotice = (notice: KvNotice): void => void notices.push(notice);
    kv = await openKv(`file:${path}`, { clock, compactAboveBytes: 64 * KIB, onNotice, ...options });
  };
  const kinds = (): readonly string[] => notices.map(({ kind }) => kind);
  beforeEach(() => {
    clock = new FakeClock();
    folder = mkdtempSync(join(tmpdir(), 'kv-'));
    path = join(folder, 'state.kv');
  });
  afterEach(async () => {
    await kv.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps a journal of much rewriting small', async () => {
    await open();
    let last = 0;
    while (kinds().length < 4) {
      last += 1;
      await kv.set('k', new Uint8Array(KIB).fill(last), {});
    }
    expect(kinds()).toEqual(Array(4).fill('compacted'));
    await kv.close();
    await open();
    expect(statSync(path).size).toBeLessThan(2 * KIB);
    expect((await kv.get('k'))?.[0]).toBe(last % 256);
  });

  it('leaves a journal alone that is mostly alive', async () => {
    await open();
    for (let n = 0; n < 300; n += 1) await kv.set(`k${n}`, new Uint8Array(KIB), {});
    expect(kinds()).toEqual(['compacted']);
  });

  it('loses and revives nothing that is written while it runs', async () => {
    await open();
    const random = new SeededRandom(7);
    const model = new Map<string, string>();
    // Enough that a snapshot takes many turns.
    for (let n = 0; n < 40; n += 1) {
      await kv.set(`big${n}`, new Uint8Array(200 * KIB), {});
      model.set(`big${n}`, '0');
    }
    const before = kinds().length;
    for (let step = 0; kinds().length < before + 3; step += 1) await change(random, step, model);
    expect(new Set(kinds())).toEqual(new Set(['compacted']));
    await kv.close();
    await open();
    expect(await contents()).toEqual(Object.fromEntries([...model].sort()));
  });

  /** One random change to one of a few keys, which change kind now and then, and the same in the model. */
  async function change(random: SeededRandom, step: number, model: Map<string, string>): Promise<void> {
    // Large enough to call for a compaction, and small while one runs, which may wait for the disk.
    const size = existsSync(`${path}.compact`) ? 1 : 250 * KIB;
    const big = `big${random.int(0, 39)}`;
    await kv.set(big, new Uint8Array(size).fill(step), {});
    model.set(big, `${step % 256}`);
    const key = `k${random.int(0, 9)}`;
    const known = model.get(key);
    const choice = random.int(0, 5);
    if (choice === 0) {
      await kv.delete([key]);
      model.delete(key);
    } else if (choice === 1) {
      await kv.set(key, bytes(`${step}`), {});
      model.set(key, `v${step}`);
    } else if (known === undefined && choice > 3) {
      await kv.setFields(key, fields({ f: `${step}` }), {});
      model.set(key, `h${step}`);
    } else if (known === undefined) {
      await kv.addScored(key, scored({ m: step }), {});
      model.set(key, `s${step}`);
    }
  }

  async function contents(): Promise<Record<string, string>> {
    const found: [string, string][] = [];
    for (let n = 0; n < 40; n += 1) found.push([`big${n}`, String((await kv.get(`big${n}`))?.[0])]);
    for (let n = 0; n < 10; n += 1) {
      const key = `k${n}`;
      const value = text((await kv.mget([key]))[0]);
      if (value !== undefined) {
        found.push([key, `v${value}`]);
        continue;
      }
      const field = await kv.getFields(key, ['f']).then(
        ([found]) => text(found),
        () => undefined,
      );
      const score = await kv.scoresOf(key, ['m']).then(
        ([found]) => found,
        () => undefined,
      );
      if (field !== undefined) found.push([key, `h${field}`]);
      else if (score !== undefined) found.push([key, `s${score}`]);
    }
    return Object.fromEntries(found);
  }

  it('keeps the end of a life that is over before the snapshot reaches the key', async () => {
    await open();
    for (let n = 0; n < 20; n += 1) await kv.set(`big${n}`, new Uint8Array(200 * KIB), {});
    await kv.setFields('late', fields({ a: '1' }), { ttlMs: 100 });
    while (!existsSync(`${path}.compact`)) await kv.set('big0', new Uint8Array(250 * KIB), {});
    await kv.setFields('late', fields({ b: '2' }), {});
    clock.step(100);
    while (kinds().length === 1) await kv.set('big0', bytes('x'), {});
    expect(kinds()).toEqual(['compacted', 'compacted']);
    await kv.close();
    await open();
    expect((await kv.getAllFields('late')).size).toBe(0);
  });

  it('takes nothing into the snapshot that is refused afterwards', async () => {
    const store = new Store(clock, false);
    const put = (key: string, size: number) =>
      store.apply([{ op: 'put', key, value: new Uint8Array(size), expiresAt: Infinity }]);
    for (let n = 0; n < 20; n += 1) put(`big${n}`, 200 * KIB);
    let refuse: Undo = () => undefined;
    setImmediate(() => (refuse = put('refused', 1)));
    await compact({
      path,
      store,
      journal: AppendFile.create(path),
      flush: () => (refuse(), (refuse = () => undefined)),
      install: (file) => file.close(),
      faultPoint: () => undefined,
      signal: new AbortController().signal,
    });
    await open();
    expect((await kv.mget(['big19', 'refused'])).map((value) => value?.length)).toEqual([
      200 * KIB,
      undefined,
    ]);
  });

  it('that fails leaves the journal in use, says so, and takes its half-written file away', async () => {
    let failing = false;
    const faultPoint = (name: string): void => {
      if (failing && name === 'kv.compact.before-rename') throw new Error('ENOSPC');
    };
    await open({ faultPoint });
    failing = true;
    let last = 0;
    while (kinds().length < 3) {
      last += 1;
      await kv.set('k', new Uint8Array(KIB).fill(last), {});
    }
    expect(kinds()).toEqual(['compacted', 'compaction_failed', 'compaction_failed']);
    // Tried again only after the journal had doubled.
    expect(last).toBeGreaterThan(120);
    expect(existsSync(`${path}.compact`)).toBe(false);
    await kv.close();
    await open();
    expect((await kv.get('k'))?.[0]).toBe(last % 256);
  });

  it('is given up by close', async () => {
    await open();
    for (let n = 0; n < 20; n += 1) await kv.set(`big${n}`, new Uint8Array(200 * KIB), {});
    for (let n = 0; n < 70; n += 1) await kv.set('big0', new Uint8Array(250 * KIB).fill(n), {});
    await kv.close();
    expect(existsSync(`${path}.compact`)).toBe(false);
    await open();
    expect((await kv.get('big0'))?.[0]).toBe(69);
  });
});
