import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { goldenMessages } from '@storey/testing';
import { NOW, bundle, openJob } from './harness.js';

const WINDOW = 60_000;

describe('history-job', () => {
  let job: Awaited<ReturnType<typeof openJob>>;
  beforeEach(async () => void (job = await openJob()));
  afterEach(() => job.close());

  it('writes 10,000 reports of 500 records in a window as 500 rows', async () => {
    await job.start();
    for (let round = 0; round < 20; round += 1)
      await job.append(
        Array.from({ length: 500 }, (_, n) => ({
          user: n % 50,
          oid: `r${n}`,
          progress: round,
          at: NOW - 1000 + round,
          ...(round === 0 && { title: 'One' }),
        })),
      );
    await job.read(10_000);
    expect(await job.written()).toBe(0);
    await job.clock.advance(WINDOW);
    await job.read(10_000, 500);
    expect(await job.written()).toBe(500);
    const rows = await job.rows(0);
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatchObject({ progress: 19, title: 'One' });
  });

  it('writes a record that ends at once, and not again while it goes on after its end', async () => {
    await job.start();
    await job.append([{ progress: -1 }]);
    await job.read(1);
    await job.clock.advance(250);
    expect(await job.rows()).toMatchObject([{ progress: -1 }]);
    await job.append([{ progress: -1, at: NOW + 1 }]);
    await job.read(2);
    await job.clock.advance(250);
    expect(await job.written()).toBe(1);
    await job.clock.advance(WINDOW);
    expect(await job.written()).toBe(2);
  });

  it('writes a deletion at once, over what it holds and what comes late', async () => {
    await job.start();
    await job.append([
      { progress: 1, at: NOW - 10 },
      { oid: 'b', progress: 2, at: NOW + 5 },
    ]);
    await job.append([{ deleted: true, business: '', oid: '', at: NOW }]);
    await job.append([{ progress: 3, at: NOW - 5 }]);
    await job.read(4);
    await job.clock.advance(WINDOW + 250);
    expect(await job.rows()).toMatchObject([{ oid: 'b' }]);
    expect(await job.stored.deletions(17n)).toEqual([{ business: '', oid: '', at: NOW }]);
  });

  it('commits nothing that is not written, so that a dead process hears it again', async () => {
    await job.start();
    await job.append([{ oid: 'held', progress: 1 }]);
    await job.append([{ oid: 'ended', progress: -1 }]);
    await job.read(2);
    await job.clock.advance(500);
    expect(await job.written()).toBe(1);
    expect(await job.lag()).toBe(2);
    await job.clock.advance(WINDOW);
    expect(await job.lag()).toBe(0);
  });

  it('writes the same again, and nothing older over newer, when it died between rows and commit', async () => {
    await job.start();
    job.faults.point = 'hjob.upsert';
    await job.append([{ progress: 1, at: NOW - 2 }]);
    await job.append([{ progress: 2, at: NOW - 1 }]);
    await job.read(2);
    await job.clock.advance(WINDOW + 250);
    expect(await job.rows()).toMatchObject([{ progress: 2 }]);
    expect(await job.lag()).toBe(2);
    await job.stop();
    job.faults.point = undefined;
    await job.start();
    await job.read(4);
    await job.stop();
    expect(await job.rows()).toMatchObject([{ progress: 2 }]);
    expect(await job.lag()).toBe(0);
  });

  it('writes what it holds when it stops', async () => {
    await job.start();
    await job.append([{ progress: 1 }]);
    await job.read(1);
    await job.stop();
    expect(await job.rows()).toHaveLength(1);
    expect(await job.lag()).toBe(0);
  });

  it('holds on while the database is down, and writes when it is back', async () => {
    await job.start();
    await job.append([{ progress: 1 }]);
    await job.read(1);
    job.faults.sql = true;
    await job.clock.advance(WINDOW + 5_000);
    expect(await job.lag()).toBe(1);
    job.faults.sql = false;
    await job.clock.advance(2_000);
    expect(await job.rows()).toHaveLength(1);
    expect(await job.lag()).toBe(0);
  });

  it('holds a bounded number of records', async () => {
    await job.close();
    job = await openJob({ HISTORY_MAX_HELD: '100' });
    await job.start();
    await job.append(Array.from({ length: 300 }, (_, n) => ({ oid: `r${n}`, progress: 1 })));
    await job.read(300);
    await job.clock.advance(10);
    expect(await job.written()).toBe(300);
  });

  it('is ready when it has read what the log held at boot, without waiting for the window', async () => {
    await job.append([{ progress: 1 }]);
    await job.append([{ oid: 'b', progress: 1 }], '2');
    const state = async () => (await job.platform.health.readiness()).parts['history.job'];
    job.faults.sql = true;
    await job.append([{ deleted: true, at: 1 }]);
    await job.start();
    expect(await state()).toBe('missing');
    job.faults.sql = false;
    await job.clock.advance(1_000);
    await job.read(3);
    expect(await state()).toBe('ok');
    expect(await job.written()).toBe(0);
  });

  it('says that a region is whole when all before the barrier is written', async () => {
    await job.start();
    await job.append([{ progress: 1 }]);
    await job.appendRaw(bundle([], 123));
    await job.append([{ oid: 'after', progress: 1 }]);
    await job.read(2);
    await job.clock.advance(10);
    expect((await job.rows()).map(({ oid }) => oid)).toContain('a');
    const whole = await job.platform.ports.kvState.getAllFields('hw');
    expect([...whole].map(([region, epoch]) => [region, Buffer.from(epoch).toString()])).toEqual([
      ['1', '123'],
    ]);
  });

  it('lays what it can not read among the dead letters', async () => {
    await job.start();
    await job.appendRaw(Uint8Array.of(255, 255));
    await job.append([{ progress: 1 }]);
    await job.read(1);
    const ends = await job.platform.ports.events.endOffsets('history.updates.v1.dead');
    expect(ends.reduce((sum, end) => sum + end, 0n)).toBe(1n);
  });

  it('reads every bundle that was ever written', async () => {
    await job.start();
    const kept = goldenMessages('HistoryBundle');
    for (const { value } of kept) await job.appendRaw(value);
    await job.read(kept.length);
    const ends = await job.platform.ports.events.endOffsets('history.updates.v1.dead');
    expect(ends.reduce((sum, end) => sum + end, 0n)).toBe(0n);
  });
});
