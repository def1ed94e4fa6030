import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeDeletion, writeRecords } from '@storey/history';
import { NOW, as, message, startService, updatesInLog, type ReportInit, type Service } from './harness.js';

const ANN = 17;

describe('deleting', () => {
  let service: Service;
  beforeEach(async () => void (service = await startService()));
  afterEach(() => service.close());

  const report = (...reports: ReportInit[]) =>
    as(ANN, () => service.client.report({ reports: reports.map(message) }));
  const remove = () => as(ANN, () => service.client.delete({ key: { business: 'video', oid: 'a' } }));
  const clear = (business = '') => as(ANN, () => service.client.clear({ business }));
  const oids = async () => {
    const { records } = await as(ANN, () => service.client.list({}));
    return records.map(({ key }) => key?.oid);
  };

  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a deletion', remove],
    ['a clear of the business', () => clear('video')],
    ['a clear of everything', () => clear()],
    ['an erasure', () => service.client.erase({ userId: BigInt(ANN) })],
  ];

  describe.each(ways)('%s', (_, way) => {
    it('takes the record away at once', async () => {
      await report({ progress: 5, title: 'One' });
      await way();
      expect(await oids()).toEqual([]);
    });

    it('wins over whatever is reported late, also at its very time', async () => {
      await report({ progress: 5 });
      await way();
      await report({ progress: 6, at: NOW - 1000 });
      await report({ progress: 6, at: NOW });
      expect(await oids()).toEqual([]);
    });

    it('gives way to a newer report, which makes a new record', async () => {
      await report({ progress: 5, title: 'One' });
      await way();
      await service.clock.advance(1);
      await report({ progress: 7 });
      const { record } = await as(ANN, () => service.client.get({ key: { business: 'video', oid: 'a' } }));
      expect(record).toMatchObject({ progress: 7, title: '' });
    });

    it('is told to the log', async () => {
      await report({ progress: 5 });
      await way();
      await service.clock.advance(10);
      const updates = await updatesInLog(service);
      expect(updates).toContainEqual(expect.objectContaining({ deleted: true, atMs: BigInt(NOW) }));
    });

    it('holds when kv state is lost, as the tables know it', async () => {
      const [business, oid] = way === remove ? ['video', 'a'] : ['', ''];
      await writeDeletion(service.sql, BigInt(ANN), { business, oid, at: NOW });
      await service.platform.ports.kvState.flush();
      await report({ progress: 6, at: NOW - 1 });
      expect(await oids()).toEqual([]);
    });
  });

  it('leaves other businesses and other users alone', async () => {
    await report({ oid: 'a', progress: 5 }, { oid: 'b', business: 'article', progress: 5 });
    await as(18, () => service.client.report({ reports: [message({ progress: 1 })] }));
    await clear('video');
    expect(await oids()).toEqual(['b']);
    expect((await as(18, () => service.client.list({}))).records).toHaveLength(1);
  });

  describe('after a loss of kv state', () => {
    const stored = (progress: number, at: number) => ({
      userId: BigInt(ANN),
      business: 'video',
      oid: 'a',
      progress,
      duration: 100,
      at,
      seq: 0,
      device: '',
      hidden: false,
      snapshot: { title: 'One', coverUrl: '', url: '', part: '' },
    });

    it('records come back from the tables, and an older report does not overwrite them', async () => {
      await writeRecords(service.sql, [stored(80, NOW - 10)]);
      await service.platform.ports.kvState.flush();
      await report({ progress: 60, at: NOW - 20 });
      const { record } = await as(ANN, () => service.client.get({ key: { business: 'video', oid: 'a' } }));
      expect(record).toMatchObject({ progress: 80, title: 'One' });
    });

    it('reads are degraded until history-job has written what the log held', async () => {
      await report({ oid: 'b', progress: 5 });
      await service.clock.advance(10);
      await service.platform.ports.kvState.flush();
      const list = () => as(ANN, () => service.client.list({}));
      expect(await list()).toMatchObject({ records: [], degraded: ['history'] });
      await service.clock.advance(4_000);
      await writeRecords(service.sql, [stored(80, NOW - 10)]);
      const epoch = await service.platform.ports.kvState.get('he');
      await service.platform.ports.kvState.setFields('hw', new Map([['1', epoch ?? new Uint8Array()]]), {});
      expect(await list()).toMatchObject({ records: [{ progress: 80 }], degraded: [] });
    });

    it('settings come back from the tables', async () => {
      await as(ANN, () => service.client.putSettings({ paused: true, retentionDays: 7 }));
      await service.platform.ports.kvState.flush();
      expect(await as(ANN, () => service.client.getSettings({}))).toMatchObject({
        paused: true,
        retentionDays: 7,
      });
    });
  });
});
