import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openEventLog } from '../index.js';
import { FakeBroker } from '../../test/fake-broker.js';

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
    const log = await openEventLog(broker.url);
    try {
      await log.ping();
      expect(await timerCallbacks(500)).toBeLessThan(5);
    } finally {
      await log.close();
    }
  });
});

/** How many timers fire in `ms`, the own one included. */
async function timerCallbacks(ms: number): Promise<number> {
  const timers = new Set<number>();
  let fired = 0;
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && timers.add(id)),
    before: (id) => void (timers.has(id) && (fired += 1)),
  }).enable();
  await sleep(ms);
  hook.disable();
  return fired;
}
