import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { appendNumbers, KafkaBench, TOPIC } from '../../test/kafka-bench.js';
import { TimerCount } from '../../test/timer-count.js';
import { type Consumer, type EventLog, type Message } from '../index.js';

const text = ({ value }: Message): string => Buffer.from(value).toString();

describe('groups and listeners on Kafka', () => {
  let bench: KafkaBench;
  beforeEach(() => {
    bench = new KafkaBench();
  });
  afterEach(() => bench.clean());

  const group = (log: EventLog, handle: (message: Message) => void | Promise<void>): Promise<Consumer> =>
    log.subscribe({
      topic: TOPIC,
      group: 'readers',
      maxBatch: 10,
      retry: [],
      handle: async ({ messages }) => {
        for (const message of messages) await handle(message);
      },
    });

  it('commits one past what was handled, as an administrator sees', async () => {
    const log = await bench.openWithTopic(1);
    await appendNumbers(log, 7);
    const consumer = await group(log, () => undefined);
    await eventually(async () => expect(await log.lag(TOPIC, 'readers')).toBe(0));
    await consumer.close();
    const [offsets] = await bench.admin((admin) => admin.fetchOffsets({ groupId: bench.groupId('readers') }));
    expect(offsets?.partitions).toMatchObject([{ partition: 0, offset: '7' }]);
  });

  it.each([TypeError, SyntaxError, RangeError, ReferenceError])(
    'buries what a handler meets with a %p and consumes on',
    async (Defect) => {
      const log = await bench.openWithTopic(1);
      await appendNumbers(log, 3);
      const handled: string[] = [];
      await group(log, (message) => {
        if (text(message) === '1') throw new Defect('in the handler');
        handled.push(text(message));
      });
      await eventually(async () => expect(await log.lag(TOPIC, 'readers')).toBe(0));
      const letters = await log.read(`${TOPIC}.dead`, 0, 0n, 10);
      expect(letters.map((letter) => [text(letter), letter.headers['dead-cause']])).toEqual([
        ['1', `${Defect.name}: in the handler`],
      ]);
      await appendNumbers(log, 1);
      await eventually(() => expect(handled.at(-1)).toBe('0'));
    },
  );

  it('takes what another producer wrote, without key, value or a single header', async () => {
    const log = await bench.openWithTopic(1);
    const seen: Message[] = [];
    await group(log, (message) => void seen.push(message));
    await bench.produce([{ key: null, value: null, headers: { twice: ['1', '2'] } }]);
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ key: '', value: new Uint8Array(), headers: { twice: '2' } });
  });

  it('handles every message of each key in order while members come and go', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const logs = [await bench.openWithTopic(6), await bench.open(), await bench.open()];
    const handled = new Map(keys.map((key) => [key, [] as number[]]));
    const member = (index: number): Promise<Consumer> =>
      group(logs[index] as EventLog, (message) => void handled.get(message.key)?.push(Number(text(message))));
    let next = 0;
    const more = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1, next += 1)
        await logs[0]?.append(
          TOPIC,
          keys.map((key) => ({ key, value: Buffer.from(String(next)) })),
        );
    };
    const first = await member(0);
    await more();
    const [second] = await Promise.all([member(1), more()]);
    await Promise.all([member(2), more()]);
    await Promise.all([first.close(), more()]);
    await Promise.all([second.close(), more()]);
    await eventually(async () => expect(await logs[2]?.lag(TOPIC, 'readers')).toBe(0), { timeoutMs: 15_000 });
    for (const numbers of handled.values()) {
      // What was handled but not yet committed may come twice; then all behind it comes again too.
      expect([...new Set(numbers)]).toEqual([...Array(next).keys()]);
      expect(numbers.length).toBeLessThan(next * 2);
    }
  });

  it('goes on with other partitions while one is tried again', async () => {
    const log = await bench.openWithTopic(2);
    const handled: string[] = [];
    await log.subscribe({
      topic: TOPIC,
      group: 'readers',
      maxBatch: 1,
      retry: [60_000],
      handle: async ({ messages, partition }) => {
        if (partition === 0) throw new Error('not now');
        handled.push(...messages.map(text));
      },
    });
    const keys = Array.from({ length: 40 }, (_, index) => ({ key: `k${index}`, value: Buffer.from('x') }));
    await log.append(TOPIC, keys);
    const [, ofSecond = 0n] = await log.endOffsets(TOPIC);
    await eventually(() => expect(handled).toHaveLength(Number(ofSecond)));
    expect(bench.errors.every(({ where }) => where.includes(`${TOPIC}/0@0 `))).toBe(true);
  });

  it('reports messages that were cut before the group came to them, and goes on at the first left', async () => {
    const log = await bench.openWithTopic(1);
    await appendNumbers(log, 6);
    await group(log, () => undefined).then((consumer) =>
      eventually(async () => expect(await log.lag(TOPIC, 'readers')).toBe(0)).then(() => consumer.close()),
    );
    await appendNumbers(log, 6);
    const topic = bench.prefix + TOPIC;
    await bench.admin(async (admin) => {
      await admin.fetchTopicOffsets(topic); // loads the metadata that the next call forgets to
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '9' }] });
    });
    const seen: string[] = [];
    await group(log, (message) => void seen.push(text(message)));
    await eventually(() => expect(seen).toEqual(['3', '4', '5']));
    expect(bench.errors.map(({ where }) => where)).toEqual([`events ${TOPIC}/0 readers: out of range`]);
    expect((await log.read(TOPIC, 0, 0n, 10)).map(text)).toEqual(['3', '4', '5']);
  });

  it('lets each listener hear all that was appended after it began, and leaves no group behind', async () => {
    const logs = [await bench.openWithTopic(4), await bench.open()];
    const heard: string[][] = [[], []];
    for (const [index, log] of logs.entries())
      await log.listen({
        topic: TOPIC,
        handle: (messages) => void heard[index]?.push(...messages.map(text)),
      });
    const all = Array.from({ length: 300 }, (_, index) => String(index));
    const [log] = logs as [EventLog];
    await Promise.all(all.map((value) => log.append(TOPIC, [{ key: value, value: Buffer.from(value) }])));
    await eventually(() => {
      for (const each of heard) expect([...each].sort()).toEqual([...all].sort());
    });
    const { groups } = await bench.admin((admin) => admin.listGroups());
    expect(groups.filter(({ groupId }) => groupId.startsWith(bench.prefix))).toEqual([]);
  });

  it('wakes at once although a fetch may wait for seconds, also right after a rebalance', async () => {
    const log = await bench.openWithTopic(4);
    let arrived: (() => void) | undefined;
    const slowest = async (): Promise<number> => {
      let most = 0;
      for (let turn = 0; turn < 5; turn += 1) {
        const arrival = new Promise<void>((resolve) => (arrived = resolve));
        const begun = performance.now();
        await appendNumbers(log, 1, `k${turn}`);
        await arrival;
        most = Math.max(most, performance.now() - begun);
      }
      return most;
    };
    await group(log, () => arrived?.());
    expect(await slowest()).toBeLessThan(2000); // a fetch waits 5 s
    const second = await group(log, () => arrived?.());
    expect(await slowest()).toBeLessThan(2000);
    await second.close();
    expect(await slowest()).toBeLessThan(4000);
  });

  it('drains a long partition although the others have nothing', async () => {
    const log = await bench.openWithTopic(4);
    let handled = 0;
    await group(log, () => void (handled += 1));
    const value = new Uint8Array(100_000);
    const begun = performance.now();
    await log.append(
      TOPIC,
      Array.from({ length: 60 }, () => ({ key: 'k', value })),
    );
    await log.append(
      TOPIC,
      Array.from({ length: 60 }, () => ({ key: 'k', value })),
    );
    await log.append(
      TOPIC,
      Array.from({ length: 60 }, () => ({ key: 'k', value })),
    );
    await eventually(() => expect(handled).toBe(180), { timeoutMs: 15_000 });
    expect(performance.now() - begun).toBeLessThan(5000); // the shortest idle fetch would be one
  });

  it('gives rising epochs even when the broker has forgotten the group', async () => {
    const log = await bench.openWithTopic(1);
    const epochs: bigint[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await appendNumbers(log, 1);
      const consumer = await log.subscribe({
        topic: TOPIC,
        group: 'readers',
        maxBatch: 10,
        handle: async ({ epoch }) => void epochs.push(epoch),
      });
      await eventually(() => expect(epochs).toHaveLength(turn + 1));
      await consumer.close();
      if (turn === 1) await bench.admin((admin) => admin.deleteGroups([bench.groupId('readers')]));
    }
    expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => Number(a - b)));
    expect(epochs).toHaveLength(3);
  });

  it('is refused in a group of other consumers, and says that it is dead when put out of its own by them', async () => {
    const dead: unknown[] = [];
    const log = await bench.open(bench.url, { onDead: (error) => void dead.push(error) });
    await bench.openWithTopic(1);
    await group(log, () => undefined);
    await bench.expel('readers', await bench.members('readers'));
    const foreign = await bench.foreignConsumer('readers');
    try {
      await eventually(() => expect(dead).toMatchObject([{ type: 'INCONSISTENT_GROUP_PROTOCOL' }]), {
        timeoutMs: 15_000,
      });
      await expect(group(log, () => undefined)).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      await foreign.disconnect();
    }
  });

  it('rests while there is nothing to do', async () => {
    using timers = new TimerCount();
    const log = await bench.open();
    const topics = ['a', 'b', 'c', 'd'];
    await log.createTopics(topics.map((name) => ({ name, partitions: 12, retentionMs: 3_600_000 })));
    for (const topic of topics)
      await log.subscribe({ topic, group: topic, maxBatch: 10, handle: () => Promise.resolve() });
    for (const topic of ['a', 'b']) await log.listen({ topic, handle: () => undefined });
    await timers.during(1000); // the last commits
    expect(await timers.during(3000)).toBeLessThan(45); // four heartbeats a second, and a fetch now and then
  });
});
