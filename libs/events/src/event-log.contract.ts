import { describe, expect } from '@jest/globals';
import {
  ContractBench,
  PARTITIONS,
  RETENTION_MS,
  TOPIC,
  aborted,
  declareExcept,
  settled,
  text,
  type ContractOptions,
  type Declare,
  type LogFixture,
} from './contract-bench.js';
import { describeRetries } from './retries.contract.js';
import { describeApart } from './apart.contract.js';
import { describeFlow } from './flow.contract.js';
import { describeGroups } from './groups.contract.js';
import { type Batch, type Message } from './event-log.js';
import { partitionOf } from './partition-of.js';

/** What every event log promises, run on each adapter. */
export function describeEventLog(
  name: string,
  create: () => Promise<LogFixture>,
  { except = {} }: ContractOptions = {},
): void {
  describe(`the event log on ${name}`, () => {
    const bench = new ContractBench(create);
    const promise = declareExcept(except);
    describeStorage(bench, promise);
    describeGroups(bench, promise);
    describeRetries(bench, promise);
    describeFlow(bench, promise);
    describeApart(bench, promise);
  });
}

function describeStorage(bench: ContractBench, promise: Declare): void {
  describe('appending', () => {
    promise('keeps the order of one key under concurrent appends, without gaps', async () => {
      const values = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(values.map((value) => bench.put('k', value)));
      const stored = await bench.log.read(TOPIC, partitionOf('k', PARTITIONS), 0n, 1000);
      expect(stored.map(text)).toEqual(values);
      expect(stored.map(({ offset }) => Number(offset))).toEqual([...values.keys()]);
    });

    promise('is durable when it resolves', async () => {
      const value = Uint8Array.of(0, 255, 128);
      await bench.log.append(TOPIC, [{ key: 'ключ', value, headers: { trace: 'ü' } }]);
      await bench.reopen();
      const [stored] = await bench.log.read(TOPIC, partitionOf('ключ', PARTITIONS), 0n, 10);
      expect(stored).toMatchObject({ topic: TOPIC, key: 'ключ', headers: { trace: 'ü' }, offset: 0n });
      expect(stored?.timestamp).toBe(bench.clock.now());
      expect([...(stored?.value ?? [])]).toEqual([0, 255, 128]);
    });

    promise('counts on behind what was there before a restart', async () => {
      await bench.put('k', 'a', 'b');
      await bench.reopen();
      await bench.put('k', 'c');
      expect((await bench.log.endOffsets(TOPIC))[partitionOf('k', PARTITIONS)]).toBe(3n);
    });

    promise('refuses a message beyond 1 MiB and a topic nobody created', async () => {
      const value = new Uint8Array(1024 * 1024 + 1);
      await expect(bench.log.append(TOPIC, [{ key: 'k', value }])).rejects.toMatchObject({
        kind: 'too_large',
      });
      await expect(bench.log.append('nowhere', [])).rejects.toMatchObject({ kind: 'internal' });
    });

    promise('refuses another number of partitions and takes a changed retention', async () => {
      const spec = { name: TOPIC, partitions: PARTITIONS, retentionMs: 1 };
      await expect(bench.log.createTopics([{ ...spec, partitions: 5 }])).rejects.toMatchObject({
        kind: 'conflict',
      });
      await bench.log.createTopics([spec]);
    });
  });

  describe('a listener', () => {
    promise('hears what comes from now on, from every partition, each listener all of it', async () => {
      await bench.put('k', 'before');
      const [one, two]: [Message[], Message[]] = [[], []];
      await bench.log.listen({ topic: TOPIC, handle: (messages) => void one.push(...messages) });
      await bench.log.listen({ topic: TOPIC, handle: (messages) => void two.push(...messages) });
      await bench.everyPartition();
      await bench.until(() => one.length === PARTITIONS && two.length === PARTITIONS);
      expect(one.map(text)).not.toContain('before');
    });

    promise('replays from given offsets', async () => {
      await bench.put('k', '0', '1', '2');
      const seen: Message[] = [];
      const from = Array.from({ length: PARTITIONS }, () => 1n);
      await bench.log.listen({ topic: TOPIC, from, handle: (messages) => void seen.push(...messages) });
      await bench.until(() => seen.length === 2);
      expect(seen.map(text)).toEqual(['1', '2']);
    });

    promise('goes on after its handler threw, and the error is reported', async () => {
      const seen: string[] = [];
      await bench.log.listen({
        topic: TOPIC,
        handle: (messages) => {
          seen.push(...messages.map(text));
          if (seen.length === 1) throw new RangeError('listener');
        },
      });
      await bench.put('k', '1');
      await bench.until(() => seen.length === 1);
      await bench.put('k', '2');
      await bench.until(() => seen.length === 2);
      expect(bench.errors).toEqual([new RangeError('listener')]);
    });

    promise('hears nothing while paused or after its close', async () => {
      const seen: Message[] = [];
      const listening = await bench.log.listen({
        topic: TOPIC,
        handle: (messages) => void seen.push(...messages),
      });
      listening.pause();
      await bench.put('k', '1');
      await bench.advance(100);
      expect(seen).toEqual([]);
      listening.resume();
      await bench.until(() => seen.length === 1);
      await listening.close();
      await bench.put('k', '2');
      await bench.advance(100);
      expect(seen).toHaveLength(1);
    });
  });

  describe('closing', () => {
    promise('aborts the signal, waits for the running handler and commits what it did', async () => {
      await bench.put('k', '1');
      let ended = false;
      let started = false;
      const consumer = await bench.subscribe(async ({ signal }) => {
        started = true;
        await aborted(signal);
        ended = true;
      });
      await bench.until(() => started);
      await consumer.close();
      expect(ended).toBe(true);
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(0);
    });

    promise('waits at most 10 s for a handler that never ends, and does not commit for it', async () => {
      await bench.put('k', '1');
      let started = false;
      let finish = (): void => undefined;
      let late: Batch | undefined;
      const consumer = await bench.subscribe(async (batch) => {
        [started, late] = [true, batch];
        await new Promise<void>((resolve) => (finish = resolve));
      });
      await bench.until(() => started);
      const closed = settled(consumer.close());
      const begin = bench.clock.monotonic();
      await bench.until(() => bench.errors.length === 1);
      expect(bench.clock.monotonic() - begin).toBe(10_000);
      await bench.until(closed);
      if (!bench.networked) expect(bench.clock.monotonic() - begin).toBe(10_000);
      const [message] = late?.messages ?? [];
      await expect(message && late?.deadLetter(message, 'late')).rejects.toMatchObject({
        kind: 'conflict',
      });
      finish();
      await bench.advance(100);
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(1);
    });

    promise('is refused nothing while it runs, and everything afterwards', async () => {
      await Promise.all([bench.put('k', '1'), bench.log.close()]);
      await bench.log.close();
      await expect(bench.put('k', '2')).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(bench.log.ping()).rejects.toMatchObject({ kind: 'unavailable' });
      await bench.open();
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(1);
    });
  });

  describe('retention', () => {
    promise('cuts what is old, but never past the slowest group, and uses no offset twice', async () => {
      const partition = partitionOf('k', PARTITIONS);
      await bench.put('k', '1', '2', '3');
      let seen = 0;
      await bench.subscribe(async ({ messages }) => void (seen += messages.length), { group: 'quick' });
      const slow = await bench.subscribe(
        async ({ messages }) => ((seen += messages.length), { commitTo: 1n }),
        {
          group: 'slow',
        },
      );
      await bench.until(() => seen === 6);
      await bench.clock.advance(3 * RETENTION_MS);
      const kept = await bench.log.read(TOPIC, partition, 0n, 10);
      expect(kept.map(({ offset }) => offset)).toEqual([1n, 2n]);
      expect(bench.log.stats().retentionBlocked).toBe(1);
      await slow.commit(partition, 3n);
      await bench.clock.advance(3 * RETENTION_MS);
      expect(await bench.log.read(TOPIC, partition, 0n, 10)).toEqual([]);
      expect(bench.log.stats().retentionBlocked).toBe(0);
      await bench.reopen();
      await bench.put('k', '4');
      expect((await bench.log.read(TOPIC, partition, 0n, 10)).map(({ offset }) => offset)).toEqual([3n]);
    });
  });
}
