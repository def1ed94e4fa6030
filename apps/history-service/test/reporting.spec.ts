import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NOW, as, message, startService, updatesInLog, type ReportInit, type Service } from './harness.js';

const ANN = 17;
const MINUTE = 60_000;
const DAY = 86_400_000;

describe('reporting', () => {
  let service: Service;
  beforeEach(async () => void (service = await startService()));
  afterEach(() => service.close());

  const report = (...reports: ReportInit[]) =>
    as(ANN, () => service.client.report({ reports: reports.map(message) }));
  const get = (oid = 'a') => as(ANN, () => service.client.get({ key: { business: 'video', oid } }));
  const progress = async (oid?: string) => (await get(oid)).record?.progress;
  const list = () => as(ANN, () => service.client.list({}));

  it('is seen by the next read', async () => {
    const { outcomes } = await report({ progress: 30, duration: 100, title: 'One' });
    expect(outcomes).toMatchObject([{ recorded: true, code: '' }]);
    expect((await get()).record).toMatchObject({
      progress: 30,
      duration: 100,
      title: 'One',
      finished: false,
    });
    expect((await list()).records).toHaveLength(1);
  });

  const table: readonly (readonly [string, ReportInit, number])[] = [
    ['a later time wins', { progress: 60, at: NOW + 1 }, 60],
    ['60 % from offline never overwrites 80 %', { progress: 60, at: NOW - 600_000 }, 80],
    [
      'an equal time and a higher seq of the device wins',
      { progress: 60, at: NOW, seq: 6, device: 'tv' },
      60,
    ],
    [
      'an equal time and a lower seq of the device loses',
      { progress: 60, at: NOW, seq: 4, device: 'tv' },
      80,
    ],
    ['an equal time of another device wins by arrival', { progress: 60, at: NOW, seq: 1, device: 'web' }, 60],
    ['an equal time without seq wins by arrival', { progress: 60, at: NOW, device: 'tv' }, 60],
  ];
  it.each(table)('%s', async (_, next, expected) => {
    await service.clock.advance(1);
    await report({ progress: 80, at: NOW, seq: 5, device: 'tv' });
    expect((await report(next)).outcomes).toMatchObject([{ recorded: true }]);
    expect(await progress()).toBe(expected);
  });

  it('puts a wrong client clock right by what it shows', async () => {
    await report({ progress: 10, at: NOW - 10_000 });
    await report({ progress: 20, at: NOW + DAY - 5_000, sentAt: NOW + DAY });
    expect((await get()).record).toMatchObject({ progress: 20, atMs: BigInt(NOW - 5_000) });
  });

  it('refuses what lies more than 5 min ahead, and nothing else of the batch', async () => {
    const { outcomes } = await report(
      { oid: 'a', progress: 1, at: NOW + 5 * MINUTE },
      { oid: 'b', progress: 2, at: NOW + 5 * MINUTE + 1 },
    );
    expect(outcomes).toMatchObject([
      { recorded: true, code: '' },
      { recorded: false, code: 'HISTORY_TIME_INVALID' },
    ]);
    expect((await get('a')).record?.atMs).toBe(BigInt(NOW));
    await expect(get('b')).rejects.toMatchObject({ code: 'HISTORY_NOT_FOUND' });
  });

  it('records nothing private, nothing while paused, nothing older than the retention', async () => {
    const nothing = { outcomes: [{ recorded: false, code: '' }] };
    expect(await report({ progress: 1, private: true })).toMatchObject(nothing);
    expect(await report({ progress: 1, at: NOW - 90 * DAY })).toMatchObject(nothing);
    await as(ANN, () => service.client.putSettings({ paused: true, retentionDays: 90 }));
    expect(await report({ progress: 1 })).toMatchObject(nothing);
    expect((await list()).records).toEqual([]);
    expect(await updatesInLog(service)).toEqual([]);
  });

  it('keeps what an earlier report told of the thing', async () => {
    await report({ progress: 1, duration: 100, title: 'One' });
    await service.clock.advance(1000);
    await report({ progress: 2 });
    expect((await get()).record).toMatchObject({ progress: 2, duration: 100, title: 'One' });
  });

  describe('on its way to the log', () => {
    it('goes in one bundle, the latest of each record, and clears its mark', async () => {
      for (const progress of [1, 2, 3]) await report({ progress, oid: 'a' }, { progress: 9, oid: 'b' });
      await service.clock.advance(10);
      expect(await updatesInLog(service)).toHaveLength(2);
      expect(await service.platform.ports.kvState.countScored(`{h:${ANN}}:d`)).toBe(0);
    });

    it('carries the snapshot when it is new or changed only', async () => {
      for (const title of ['One', 'One', 'Two']) {
        await report({ progress: 1, title });
        await service.clock.advance(1000);
      }
      const titles = (await updatesInLog(service)).map(({ snapshot }) => snapshot?.title);
      expect(titles).toEqual(['One', undefined, 'Two']);
    });

    it('is accepted while the log is down, and comes to it later', async () => {
      service.faults.log = true;
      expect(await report({ progress: 5 })).toMatchObject({ outcomes: [{ recorded: true }] });
      await service.clock.advance(5_000);
      expect(await updatesInLog(service)).toEqual([]);
      service.faults.log = false;
      await service.clock.advance(2_000);
      expect(await updatesInLog(service)).toMatchObject([{ oid: 'a', progress: 5 }]);
    });

    it('is swept when its process died between kv state and the log', async () => {
      service.faults.point = 'hist.kv';
      await expect(report({ progress: 5, title: 'One' })).rejects.toMatchObject({ kind: 'internal' });
      service.faults.point = undefined;
      expect(await updatesInLog(service)).toEqual([]);
      await service.clock.advance(20_000);
      expect(await updatesInLog(service)).toMatchObject([
        { oid: 'a', progress: 5, snapshot: { title: 'One' } },
      ]);
      await service.clock.advance(20_000);
      expect(await updatesInLog(service)).toHaveLength(1);
      expect(await service.platform.ports.kvState.countScored(`hd:${ANN % 16}`)).toBe(0);
    });

    it('sweeps a deletion that was left behind', async () => {
      service.faults.log = true;
      await report({ progress: 5 });
      await as(ANN, () => service.client.clear({ business: '' }));
      await service.restart();
      service.faults.log = false;
      await service.clock.advance(20_000);
      expect(await updatesInLog(service)).toMatchObject([
        { deleted: true, business: '', oid: '', atMs: BigInt(NOW) },
      ]);
    });
  });

  it('is accepted while the database is down, by users never seen too', async () => {
    service.faults.sql = true;
    expect(await report({ progress: 5 })).toMatchObject({ outcomes: [{ recorded: true }] });
    expect(await list()).toMatchObject({ records: [{ progress: 5 }], degraded: ['history'] });
    service.faults.sql = false;
    expect(await list()).toMatchObject({ records: [{ progress: 5 }], degraded: [] });
  });

  it('is refused when kv state is down', async () => {
    await service.platform.ports.kvState.close();
    await expect(report({ progress: 5 })).rejects.toMatchObject({
      kind: 'unavailable',
      details: { retryAfterSeconds: 1 },
    });
  });
});
