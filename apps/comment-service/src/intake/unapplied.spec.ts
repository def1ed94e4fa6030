import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { createLogger } from '@storey/observability';
import { Unapplied } from './unapplied.js';

const MINUTE_MS = 60_000;

describe('a command that was accepted', () => {
  const db = { applied: new Set<bigint>(), asked: [] as bigint[][], away: false };
  let clock: FakeClock;
  let unapplied: Unapplied;
  let alarms: unknown[];
  beforeEach(() => {
    clock = new FakeClock();
    Object.assign(db, { applied: new Set(), asked: [], away: false });
    const among = async (ids: readonly bigint[]): Promise<ReadonlySet<bigint>> => {
      db.asked.push([...ids]);
      if (db.away) throw unavailable('away');
      return new Set(ids.filter((id) => db.applied.has(id)));
    };
    alarms = [];
    const logger = createLogger('silent');
    logger.error = (_message, _cause, fields) => void alarms.push(fields);
    unapplied = new Unapplied({ applied: { among }, clock, logger });
  });

  it('is looked for once when it was applied in time, and nothing runs after that', async () => {
    db.applied.add(1n);
    unapplied.watch(1n);
    await clock.advance(10 * MINUTE_MS);
    expect([db.asked, alarms, clock.pendingTimers]).toEqual([[[1n]], [], 0]);
    expect(unapplied.counts).toEqual({ applied: 1, late: 0, unwatched: 0 });
  });

  it('is an alarm when it is not applied after five minutes: once, with those of the same time', async () => {
    unapplied.watch(1n);
    unapplied.watch(2n);
    db.applied.add(2n);
    unapplied.watch(3n);
    await clock.advance(5 * MINUTE_MS - 1);
    expect(alarms).toEqual([]);
    await clock.advance(10 * MINUTE_MS);
    expect(alarms).toEqual([{ commands: 2, first: '1' }]);
    expect(db.asked).toHaveLength(5);
    expect([unapplied.counts, clock.pendingTimers]).toEqual([{ applied: 1, late: 2, unwatched: 0 }, 0]);
  });

  it('is an alarm when nobody can say, and none when it is applied before the last look', async () => {
    db.away = true;
    unapplied.watch(1n);
    await clock.advance(4 * MINUTE_MS);
    unapplied.watch(2n);
    await clock.advance(2 * MINUTE_MS);
    expect(alarms).toEqual([{ commands: 1, first: '1' }]);
    db.away = false;
    db.applied.add(2n);
    await clock.advance(10 * MINUTE_MS);
    expect(alarms).toHaveLength(1);
  });

  it('is watched beside 20,000 others at most', async () => {
    for (let id = 1n; id <= 20_001n; id += 1n) unapplied.watch(id);
    expect(unapplied.counts.unwatched).toBe(1);
    await unapplied.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
