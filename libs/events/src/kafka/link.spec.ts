import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { misuse } from '../failures.js';
import { FakeBroker } from '../../test/fake-broker.js';
import { eventually } from '@storey/testing';
import { parseKafkaUrl } from './kafka-url.js';
import { Link } from './link.js';

describe('Link', () => {
  it('gives up work that takes too long, and the connections with it, also those that the work opens later', async () => {
    await using broker = await FakeBroker.start(7);
    const link = new Link(parseKafkaUrl(broker.url));
    await link.run('connecting', 3000, () => Promise.resolve());
    let late: Promise<unknown> = Promise.resolve();
    const working = link.run('work', 50, (cluster) => {
      late = sleep(100).then(() => cluster.connect());
      return late;
    });
    await expect(working).rejects.toMatchObject({ kind: 'unavailable' });
    await late.catch(() => undefined);
    await eventually(() => expect([broker.accepted, broker.connections]).toEqual([1, 0]));
  });

  it('keeps its connections when the work was a mistake, and has none left when closed', async () => {
    await using broker = await FakeBroker.start(7);
    const link = new Link(parseKafkaUrl(broker.url));
    const connect = (): Promise<void> => link.run('work', 1000, () => Promise.resolve());
    await Promise.all([connect(), connect()]);
    const mistake = misuse('of the caller');
    await expect(link.run('work', 1000, () => Promise.reject(mistake))).rejects.toBe(mistake);
    await connect();
    expect(broker.accepted).toBe(1);
    link.close();
    await eventually(() => expect(broker.connections).toBe(0));
    await expect(connect()).rejects.toMatchObject({ kind: 'unavailable', code: 'EVENTS_CLOSED' });
  });

  it('begins with the next broker of the list after one that does not answer', async () => {
    const gone = await FakeBroker.start(7);
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    await using broker = await FakeBroker.start(7);
    const link = new Link(parseKafkaUrl(`${url},${new URL(broker.url).host}`));
    await link.run('work', 3000, () => Promise.resolve());
    expect(broker.accepted).toBe(1);
    link.close();
  });
});
