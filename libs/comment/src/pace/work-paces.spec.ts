import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { openEventLog, type EventLog } from '@storey/events';
import { temporaryFolder } from '@storey/testing';
import { COMMANDS_TOPIC, WRITER_GROUP, commentTopics } from '../topics.js';
import { WorkPaces } from './work-paces.js';
import { WriterLag } from './writer-lag.js';

let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
});

async function withLog(work: (log: EventLog) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const log = await openEventLog(`sqlite:${folder.path}/events.db`, { clock });
  await log.createTopics(commentTopics);
  try {
    await work(log);
  } finally {
    await log.close();
  }
}

const command = (key: string) => ({ key, value: new Uint8Array() });

describe('WriterLag', () => {
  it('is the age of the oldest command that the writer has not finished', () =>
    withLog(async (log) => {
      const lag = new WriterLag(log, clock);
      expect(await lag.ms()).toBe(0);
      await log.append(COMMANDS_TOPIC, [command('video/1')]);
      await clock.advance(300);
      await log.append(COMMANDS_TOPIC, [command('video/2')]);
      await clock.advance(100);
      expect(await lag.ms()).toBe(400);
      const handle = () => Promise.resolve();
      await log.subscribe({ topic: COMMANDS_TOPIC, group: WRITER_GROUP, maxBatch: 10, handle });
      while ((await log.lag(COMMANDS_TOPIC, WRITER_GROUP)) > 0) await clock.advance(10);
      await clock.advance(50);
      expect(await lag.ms()).toBe(0);
    }));

  it('asks the log at most every 50 ms, and takes silence for the longest wait', async () => {
    let asked = 0;
    const away = () => ((asked += 1), Promise.reject(unavailable('The log is away.')));
    const lag = new WriterLag({ endOffsets: away, committed: away, read: away }, clock);
    expect([await lag.ms(), await lag.ms()]).toEqual([Infinity, Infinity]);
    expect(asked).toBe(2);
    await clock.advance(50);
    await lag.ms();
    expect(asked).toBe(4);
  });
});

describe('WorkPaces', () => {
  it('slows bulk before backfill while commands wait, and holds up neither commands nor events', () =>
    withLog(async (log) => {
      const paces = new WorkPaces(log, clock);
      const passes = async (work: 'bulk' | 'backfill', count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) {
          const passed = paces.pass(work, 1);
          await clock.advance(60);
          await passed;
        }
      };
      await passes('bulk', 1);
      await passes('backfill', 1);
      expect(paces.rates()).toEqual({ bulk: 500, backfill: 5000 });
      await log.append(COMMANDS_TOPIC, [command('video/1')]);
      await clock.advance(200);
      await passes('bulk', 1);
      await passes('backfill', 1);
      expect(paces.rates()).toEqual({ bulk: 250, backfill: 5000 });
      await clock.advance(1000);
      await passes('backfill', 1);
      expect(paces.rates()).toMatchObject({ backfill: 2500 });
      await Promise.all([paces.pass('commands', 1_000_000), paces.pass('events', 1_000_000)]);
    }));
});
