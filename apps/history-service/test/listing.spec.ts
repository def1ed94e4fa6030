import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { writeRecords, type RecordChange } from '@storey/history';
import { NOW, as, message, startService, type ReportInit, type Service } from './harness.js';

const ANN = 17;
const DAY = 86_400_000;

const change = (oid: string, at: number, part: Partial<RecordChange> = {}): RecordChange => ({
  userId: BigInt(ANN),
  business: 'video',
  oid,
  progress: 50,
  duration: 100,
  at,
  seq: 0,
  device: '',
  hidden: false,
  snapshot: { title: `title ${oid}`, coverUrl: '', url: '', part: '' },
  ...part,
});

describe('listing', () => {
  let service: Service;
  const report = (...reports: ReportInit[]) =>
    as(ANN, () => service.client.report({ reports: reports.map(message) }));

  async function walk(limit: number, between: () => Promise<unknown> = async () => {}, request = {}) {
    const seen: string[] = [];
    let position = new Uint8Array();
    do {
      const page = await as(ANN, () => service.client.list({ ...request, limit, position }));
      seen.push(...page.records.map(({ key }) => key?.oid ?? ''));
      position = page.nextPosition as Uint8Array<ArrayBuffer>;
      if (position.length > 0) await between();
    } while (position.length > 0);
    return seen;
  }
  const shelf = async () => {
    const { records } = await as(ANN, () => service.client.listContinue({}));
    return records.map(({ key }) => key?.oid ?? '');
  };

  describe('out of kv state', () => {
    beforeEach(async () => void (service = await startService()));
    afterEach(() => service.close());

    it('is newest first, by business, by part of a title without regard to case and width', async () => {
      await report({ oid: 'old', progress: 1, at: NOW - 2, title: 'Ｓｔｏｒｅｙ 盖楼' });
      await report({ oid: 'new', progress: 1, at: NOW - 1, title: 'Other' });
      await report({ oid: 'post', business: 'article', progress: 1, at: NOW });
      expect(await walk(2)).toEqual(['post', 'new', 'old']);
      expect(await walk(2, undefined, { business: 'video' })).toEqual(['new', 'old']);
      expect(await walk(2, undefined, { query: 'sTOREY' })).toEqual(['old']);
      expect(await walk(2, undefined, { query: '盖楼' })).toEqual(['old']);
    });

    it('refuses a position that is none', async () => {
      const page = as(ANN, () => service.client.list({ position: Uint8Array.of(255, 1) }));
      await expect(page).rejects.toMatchObject({ code: 'COMMON_CURSOR_INVALID' });
    });

    it('shows no record older than the retention', async () => {
      await report({ progress: 1, at: NOW - 10 * DAY });
      await as(ANN, () => service.client.putSettings({ paused: false, retentionDays: 5 }));
      expect(await walk(5)).toEqual([]);
      const get = as(ANN, () => service.client.get({ key: { business: 'video', oid: 'a' } }));
      await expect(get).rejects.toMatchObject({ code: 'HISTORY_NOT_FOUND' });
    });

    it('shows a row once that moves up before the walk reaches it, and again after', async () => {
      for (let n = 0; n < 9; n += 1) await report({ oid: `r${n}`, progress: 1, at: NOW - 100 + n });
      let turn = 0;
      const moves = ['r0', 'r8', 'r0', 'r1'];
      const seen = await walk(3, async () => {
        await service.clock.advance(1000);
        await report(
          { oid: moves[turn % moves.length] ?? '', progress: 2 },
          { oid: `new${turn}`, progress: 1 },
        );
        turn += 1;
      });
      expect(seen.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']);
    });

    it('shows a page again as it was, also in its tail', async () => {
      for (let n = 0; n < 6; n += 1) await report({ oid: `r${n}`, progress: 1, at: NOW - 100 + n });
      const first = await as(ANN, () => service.client.list({ limit: 2 }));
      await service.clock.advance(1000);
      await report({ oid: 'r0', progress: 2 }, { oid: 'r1', progress: 2 }, { oid: 'r2', progress: 2 });
      const page = (position: Uint8Array) => as(ANN, () => service.client.list({ limit: 2, position }));
      const second = await page(first.nextPosition);
      const third = await page(second.nextPosition);
      expect(third.records).toHaveLength(2);
      expect(await page(second.nextPosition)).toEqual(third);
      const all = [first, second, third].flatMap(({ records }) => records.map(({ key }) => key?.oid));
      expect(all.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5']);
      expect(third.nextPosition).toHaveLength(0);
    });

    it.each([1, 2, 3, 4, 5, 6])('shows each row once under random writes (seed %i)', async (seed) => {
      const random = new SeededRandom(seed);
      const rows = Array.from({ length: 40 }, (_, n) => `r${n}`);
      for (const oid of rows) await report({ oid, progress: 1, at: NOW - random.int(0, 30) });
      const seen = await walk(random.int(1, 9), async () => {
        await service.clock.advance(random.int(0, 20));
        for (let n = random.int(0, 4); n > 0; n -= 1) {
          const back = random.int(0, 1) * random.int(0, 40);
          await report({ oid: `r${random.int(0, 45)}`, progress: 2, at: service.clock.now() - back });
        }
      });
      expect(new Set(seen).size).toBe(seen.length);
      expect(rows.filter((oid) => !seen.includes(oid))).toEqual([]);
    });
  });

  describe('the shelf', () => {
    beforeEach(async () => void (service = await startService()));
    afterEach(() => service.close());

    it('holds what was begun in earnest and not finished', async () => {
      await report(
        { oid: 'on', progress: 60, duration: 1000 },
        { oid: 'under5percent', progress: 49, duration: 1000 },
        { oid: 'under30s', progress: 29, duration: 300 },
        { oid: 'short', progress: 1, duration: 119 },
        { oid: 'unbegun', progress: 0, duration: 100 },
        { oid: 'at90percent', progress: 900, duration: 1000 },
        { oid: 'told', progress: -1, duration: 1000 },
        { oid: 'unknown', progress: 30 },
      );
      expect((await shelf()).toSorted()).toEqual(['on', 'short', 'unknown']);
    });

    it('lets go of a record without its progress, until it is watched on', async () => {
      await report({ progress: 60, duration: 1000, at: NOW - 10, device: 'tv', seq: 4 });
      const hide = () =>
        as(ANN, () => service.client.hideFromContinue({ key: { business: 'video', oid: 'a' } }));
      await hide();
      await hide();
      expect(await shelf()).toEqual([]);
      expect(await walk(5)).toEqual(['a']);
      await report({ progress: 50, duration: 1000, at: NOW - 20 });
      expect(await shelf()).toEqual([]);
      await report({ progress: 70, at: NOW - 5 });
      expect(await shelf()).toEqual(['a']);
    });
  });

  describe('out of the tables', () => {
    beforeEach(async () => void (service = await startService({ HISTORY_KEPT_RECORDS: '10' })));
    afterEach(() => service.close());

    const store = (count: number) =>
      writeRecords(
        service.sql,
        Array.from({ length: count }, (_, n) =>
          change(`r${String(n).padStart(3, '0')}`, NOW - 1000 + (n >> 1)),
        ),
      );

    it('walks over both, each row once, whatever moves', async () => {
      await store(60);
      let turn = 0;
      const seen = await walk(7, async () => {
        await service.clock.advance(1000);
        await report({ oid: `r00${turn}`, progress: 60 }, { oid: 'r059', progress: 61 });
        turn += 1;
      });
      expect(seen).toHaveLength(60);
      expect(new Set(seen).size).toBe(60);
    });

    it('looks at a bounded number of rows for a rare title, and goes on by its cursor', async () => {
      const rows = Array.from({ length: 2400 }, (_, n) => change(`r${n}`, NOW - 10_000 + n));
      for (let start = 0; start < rows.length; start += 400)
        await writeRecords(service.sql, rows.slice(start, start + 400));
      await report({ oid: 'kept', progress: 1, at: NOW - 9_500, title: 'rare' });
      await writeRecords(service.sql, [
        change('rare', NOW - 20_000, { snapshot: { title: 'rare', coverUrl: '', url: '', part: '' } }),
      ]);
      const first = await as(ANN, () => service.client.list({ query: 'rare' }));
      expect(first.records).toEqual([]);
      expect(await walk(1, undefined, { query: 'rare' })).toEqual(['kept', 'rare']);
      expect(await walk(50)).toHaveLength(2402);
    });

    it('lets go of the oldest that the tables have, once there are twice too many at hand', async () => {
      const count = () => service.platform.ports.kvState.countScored(`{h:${ANN}}:i`);
      await walk(5);
      for (let n = 0; n < 30; n += 1) await report({ oid: `r${n}`, progress: 1, at: NOW - 100 + n });
      expect(await count()).toBe(30);
      await writeRecords(
        service.sql,
        Array.from({ length: 15 }, (_, n) => change(`r${n}`, NOW - 100 + n)),
      );
      await report({ oid: 'last', progress: 1 });
      expect(await count()).toBe(16);
      expect(new Set(await walk(7)).size).toBe(31);
    });

    it('finds single records that only the tables have, and judges reports against them', async () => {
      await store(60);
      const key = { business: 'video', oid: 'r000' };
      const get = () => as(ANN, () => service.client.get({ key }));
      expect((await get()).record).toMatchObject({ progress: 50, title: 'title r000' });
      await report({ oid: 'r000', progress: 10, at: NOW - 5000 });
      expect((await get()).record).toMatchObject({ progress: 50 });
      await report({ oid: 'r000', progress: 70, at: NOW - 990 });
      expect((await get()).record).toMatchObject({ progress: 70, title: 'title r000' });
    });

    it('says so when they can not be asked', async () => {
      await store(60);
      await walk(5);
      service.faults.sql = true;
      expect(await as(ANN, () => service.client.list({ limit: 50 }))).toMatchObject({
        degraded: ['history'],
      });
      const get = as(ANN, () => service.client.get({ key: { business: 'video', oid: 'r000' } }));
      await expect(get).rejects.toMatchObject({ kind: 'unavailable' });
    });

    it('hides and clears what only they have', async () => {
      await store(60);
      await as(ANN, () => service.client.hideFromContinue({ key: { business: 'video', oid: 'r000' } }));
      const { records } = await as(ANN, () => service.client.listContinue({ limit: 50 }));
      expect(records.map(({ key }) => key?.oid)).not.toContain('r000');
      await as(ANN, () => service.client.clear({ business: 'video' }));
      expect(await walk(5)).toEqual([]);
    });
  });
});
