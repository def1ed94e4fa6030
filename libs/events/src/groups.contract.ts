import { describe, expect } from '@jest/globals';
import {
  PARTITIONS,
  RETENTION_MS,
  TOPIC,
  aborted,
  collect,
  text,
  type ContractBench,
  type Declare,
} from './contract-bench.js';
import { type Batch, type Message } from './event-log.js';
import { partitionOf } from './partition-of.js';

/** What a group is promised by every event log. */
export function describeGroups(bench: ContractBench, promise: Declare): void {
  describe('a group', () => {
    promise('gets everything from the earliest message, in the order of each key', async () => {
      await bench.put('a', '1', '2', '3');
      const seen: Message[] = [];
      await bench.subscribe(collect(seen));
      await bench.put('b', '1', '2');
      await bench.put('a', '4');
      await bench.until(() => seen.length === 6);
      expect(seen.filter(({ key }) => key === 'a').map(text)).toEqual(['1', '2', '3', '4']);
      expect(seen.filter(({ key }) => key === 'b').map(text)).toEqual(['1', '2']);
    });

    promise('does not take from another group', async () => {
      const [one, two]: Message[][] = [[], []];
      await bench.subscribe(collect(one ?? []), { group: 'one' });
      await bench.subscribe(collect(two ?? []), { group: 'two' });
      await bench.put('a', '1', '2');
      await bench.until(() => one?.length === 2 && two?.length === 2);
    });

    promise('is a group of its own on each topic', async () => {
      await bench.log.createTopics([
        { name: 'others.v1', partitions: PARTITIONS, retentionMs: RETENTION_MS },
      ]);
      const [one, two]: [Message[], Message[]] = [[], []];
      await bench.subscribe(collect(one));
      await bench.subscribe(collect(two), { topic: 'others.v1' });
      await bench.everyPartition();
      await bench.log.append('others.v1', [{ key: 'k', value: Buffer.from('other') }]);
      await bench.until(() => one.length === PARTITIONS && two.length === 1);
    });

    promise('shares the partitions between its consumers and gives them back when one leaves', async () => {
      const [one, two] = [new Set<number>(), new Set<number>()];
      const handle = (seen: Set<number>) => async (batch: Batch) => void seen.add(batch.partition);
      await bench.subscribe(handle(one));
      const second = await bench.subscribe(handle(two));
      await bench.everyPartition();
      await bench.until(() => one.size + two.size === PARTITIONS);
      expect([one.size, two.size]).toEqual([PARTITIONS / 2, PARTITIONS / 2]);
      await second.close();
      one.clear();
      await bench.everyPartition();
      await bench.until(() => one.size === PARTITIONS);
    });

    promise('runs one handler a partition at a time, in batches no larger than asked for', async () => {
      await bench.put('k', ...Array.from({ length: 25 }, String));
      let [running, most] = [0, 0];
      const sizes: number[] = [];
      await bench.subscribe(async ({ messages }) => {
        most = Math.max(most, (running += 1));
        sizes.push(messages.length);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
      await bench.until(() => sizes.length === 3);
      expect([most, sizes]).toEqual([1, [10, 10, 5]]);
    });

    promise('gets again after a restart what it did not commit, and only that', async () => {
      await bench.put('k', '1', '2', '3');
      const first: Message[] = [];
      await bench.subscribe(collect(first), { maxBatch: 3 });
      await bench.until(() => first.length === 3);
      await bench.put('k', '4');
      await bench.until(() => first.length === 4);
      await bench.log.close();
      await bench.open();
      await bench.put('k', '5');
      const again: Message[] = [];
      await bench.subscribe(async ({ messages, signal }) => {
        again.push(...messages);
        await aborted(signal);
        throw new Error('told to stop');
      });
      await bench.until(() => again.length === 1);
      await bench.reopen();
      const third: Message[] = [];
      await bench.subscribe(collect(third));
      await bench.until(() => third.length === 1);
      expect([...again, ...third].map(text)).toEqual(['5', '5']);
    });

    promise('counts its lag', async () => {
      await bench.put('a', '1', '2');
      await bench.put('b', '1');
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(3);
      const seen: Message[] = [];
      await bench.subscribe(collect(seen));
      await bench.drained();
      expect(seen).toHaveLength(3);
    });

    promise('tells how far it has committed in each partition, across instances of the log', async () => {
      const none = Array.from({ length: PARTITIONS }, () => 0n);
      expect(await bench.log.committed(TOPIC, 'readers')).toEqual(none);
      await bench.put('k', '1', '2', '3');
      await bench.subscribe(async () => ({ commitTo: 2n }));
      const expected = none.with(partitionOf('k', PARTITIONS), 2n);
      await bench.until(async () => (await bench.log.lag(TOPIC, 'readers')) === 1);
      expect(await bench.log.committed(TOPIC, 'readers')).toEqual(expected);
      await bench.reopen();
      expect(await bench.log.committed(TOPIC, 'readers')).toEqual(expected);
    });

    promise('sees the epoch of a partition rise with each assignment, over restarts too', async () => {
      const epochs: bigint[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const consumer = await bench.subscribe(async ({ epoch }) => void epochs.push(epoch));
        await bench.put('k', 'x');
        await bench.until(() => epochs.length === turn + 1);
        if (turn === 0) await consumer.close();
        else await bench.reopen();
      }
      expect([...epochs].sort((a, b) => Number(a - b))).toEqual(epochs);
      expect(new Set(epochs).size).toBe(3);
    });

    promise('does not fetch while paused', async () => {
      const seen: Message[] = [];
      const consumer = await bench.subscribe(collect(seen));
      consumer.pause();
      await bench.put('k', '1');
      await bench.advance(1000);
      expect(seen).toEqual([]);
      consumer.resume();
      await bench.until(() => seen.length === 1);
    });
  });

  describe('committing late', () => {
    promise('goes on past commitTo but commits only up to it', async () => {
      await bench.put('k', '1', '2', '3', '4');
      const seen: Message[] = [];
      await bench.subscribe(async ({ messages }) => (seen.push(...messages), { commitTo: 1n }), {
        maxBatch: 2,
      });
      await bench.until(async () => seen.length === 4 && (await bench.log.lag(TOPIC, 'readers')) === 3);
      await bench.reopen();
      const again: Message[] = [];
      await bench.subscribe(collect(again));
      await bench.until(() => again.length === 3);
      expect(again.map(text)).toEqual(['2', '3', '4']);
    });

    promise('moves by commit, never backwards, never past what was delivered', async () => {
      await bench.put('k', '1', '2', '3', '4');
      const partition = partitionOf('k', PARTITIONS);
      let seen = 0;
      const consumer = await bench.subscribe(
        async ({ messages }) => ((seen += messages.length), { commitTo: 0n }),
      );
      await bench.until(() => seen === 4);
      await consumer.commit(partition, 3n);
      await consumer.commit(partition, 1n);
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(1);
      await expect(consumer.commit(partition, 5n)).rejects.toMatchObject({ kind: 'internal' });
      await consumer.close();
      await expect(consumer.commit(partition, 4n)).rejects.toMatchObject({ kind: 'conflict' });
    });
  });
}
