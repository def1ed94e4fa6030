import { describe, expect, it } from '@jest/globals';
import { openEventLog } from '../index.js';
import { FakeBroker } from '../../test/fake-broker.js';
import { TimerCount } from '../../test/timer-count.js';

describe('opening an event log on Kafka', () => {
  it('refuses brokers older than 3.0 and says so', async () => {
    await using broker = await FakeBroker.start(6);
    await expect(openEventLog(broker.url)).rejects.toMatchObject({
      kind: 'internal',
      message: expect.stringContaining('older than 3.0'),
    });
  });

  it('is unavailable when no broker answers', async () => {
    const broker = await FakeBroker.start(7);
    const { url } = broker;
    await broker[Symbol.asyncDispose]();
    await expect(openEventLog(url)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('leaves a connection alone that has nothing to do', async () => {
    await using broker = await FakeBroker.start(7);
    using timers = new TimerCount();
    const log = await openEventLog(broker.url);
    try {
      await log.ping();
      expect(await timers.during(500)).toBeLessThan(5);
    } finally {
      await log.close();
    }
  });
});
