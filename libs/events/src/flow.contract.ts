import { describe, expect } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { PARTITIONS, TOPIC, settled, text, type ContractBench, type Declare } from './contract-bench.js';
import { type Batch, type Flow, type Message } from './event-log.js';
import { partitionOf } from './partition-of.js';

/** Keys of one partition. */
const [LOUD, QUIET, OTHER] = keysOfOnePartition();
const flow: Flow = { maxPending: 1000, maxPendingBytes: 1024 * 1024, maxTurn: 10 };
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every event log promises a subscription with a `flow`. */
export function describeFlow(bench: ContractBench, promise: Declare): void {
  const seen: Message[] = [];
  const of = (key: string): string[] => seen.filter((message) => message.key === key).map(text);

  describe('turns of keys', () => {
    promise('hand over the first of a quiet key long before the 200th of a loud one', async () => {
      seen.length = 0;
      await bench.put(LOUD, ...numbers(200));
      await bench.put(QUIET, 'quiet', 'quiet');
      const turns: Batch[] = [];
      await bench.subscribe(async (batch) => (turns.push(batch), void seen.push(...batch.messages)), {
        maxBatch: 20,
        flow,
      });
      await bench.drained();
      expect(seen.findIndex(({ key }) => key === QUIET)).toBeLessThan(40);
      expect(of(LOUD)).toEqual(numbers(200));
      for (const { messages } of turns) {
        expect(messages.length).toBeLessThanOrEqual(20);
        const isShared = messages.some(({ key }) => key !== LOUD);
        if (isShared) expect(messages.filter(({ key }) => key === LOUD).length).toBeLessThanOrEqual(10);
      }
    });

    promise('share a small turn between the keys', async () => {
      for (const key of [LOUD, QUIET, OTHER]) await bench.put(key, ...numbers(30));
      const turns: Batch[] = [];
      await bench.subscribe(async (batch) => void turns.push(batch), {
        maxBatch: 24,
        flow: { ...flow, maxTurn: 24 },
      });
      await bench.drained();
      expect(new Set(turns[0]?.messages.map(({ key }) => key)).size).toBeGreaterThan(1);
    });

    promise('never have a key twice, though several are handled at a time', async () => {
      seen.length = 0;
      for (const key of [LOUD, QUIET, OTHER]) await bench.put(key, ...numbers(40));
      const running: string[] = [];
      const twice: string[] = [];
      let most = 0;
      await bench.subscribe(
        async ({ messages }) => {
          const keys = [...new Set(messages.map(({ key }) => key))];
          twice.push(...keys.filter((key) => running.includes(key)));
          running.push(...keys);
          most = Math.max(most, running.length);
          await nextTick();
          await nextTick();
          seen.push(...messages);
          for (const key of keys) running.splice(running.indexOf(key), 1);
        },
        { maxBatch: 8, flow: { ...flow, maxTurn: 8, parallel: 3 } },
      );
      await bench.drained();
      expect(twice).toEqual([]);
      expect(most).toBeGreaterThan(1);
      for (const key of [LOUD, QUIET, OTHER]) expect(of(key)).toEqual(numbers(40));
    });

    promise('commit no further than the lowest unfinished message', async () => {
      seen.length = 0;
      const handle = blocking();
      await bench.put(LOUD, 'blocked');
      await bench.subscribe(handle.batch, { maxBatch: 1, flow: { ...flow, maxTurn: 1, parallel: 2 } });
      await bench.until(() => handle.blocked);
      await bench.put(QUIET, ...numbers(5));
      await bench.until(() => of(QUIET).length === 5);
      await bench.advance(100);
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(6);
      handle.go();
      await bench.drained();
    });

    promise('fetch nothing more at the bound, and go on below it', async () => {
      seen.length = 0;
      const handle = blocking();
      const bound = { ...flow, maxPending: 10, maxTurn: 5, parallel: 2 };
      await bench.put(LOUD, 'blocked');
      await bench.subscribe(handle.batch, { maxBatch: 5, flow: bound });
      await bench.until(() => handle.blocked);
      await bench.put(QUIET, ...numbers(9));
      await bench.until(() => of(QUIET).length === 9);
      await bench.put(OTHER, ...numbers(7));
      await bench.advance(1000);
      expect(of(OTHER)).toEqual([]);
      handle.go();
      await bench.drained();
      expect(of(OTHER)).toEqual(numbers(7));
    });

    promise('hold back only the key that fails, which climbs the ladder alone', async () => {
      seen.length = 0;
      await bench.put(LOUD, 'poison', 'after');
      await bench.put(QUIET, ...numbers(3));
      const turns: string[][] = [];
      const handle = async ({ messages }: Batch): Promise<void> => {
        turns.push([...new Set(messages.map(({ key }) => key))]);
        if (messages.some((message) => text(message) === 'poison')) throw new TypeError('cannot read x');
        seen.push(...messages);
      };
      await bench.subscribe(handle, { retry: [100, 60_000], flow });
      await bench.until(() => of(QUIET).length === 3);
      await bench.put(QUIET, '3');
      await bench.until(() => of(QUIET).length === 4);
      expect(of(QUIET)).toEqual(numbers(4));
      expect(of(LOUD)).toEqual([]);
      expect(turns[0]?.toSorted()).toEqual([LOUD, QUIET].toSorted());
      expect(turns.slice(1).every((keys) => keys.length === 1)).toBe(true);
      await bench.clock.advance(60_000);
      await bench.drained();
      expect(of(LOUD)).toEqual(['after']);
      const [letter, ...others] = await bench.dead();
      expect(others).toEqual([]);
      expect(letter?.headers).toMatchObject({
        'dead-cause': 'TypeError: cannot read x',
        'dead-attempts': '4',
      });
    });

    promise('bring again with a key only what its handler has not parked', async () => {
      await bench.put(LOUD, 'good', 'bad');
      await bench.put(QUIET, 'good');
      const turns: string[][] = [];
      await bench.subscribe(
        async ({ messages, deadLetter }) => {
          turns.push(messages.map((message) => `${message.key} ${text(message)}`));
          const bad = messages.find((message) => text(message) === 'bad');
          if (bad) await deadLetter(bad, new Error('of no use'));
          if (turns.length === 1) throw new Error('again');
        },
        { flow },
      );
      await bench.drained();
      expect(turns.slice(1).toSorted()).toEqual([[`${LOUD} good`], [`${QUIET} good`]].toSorted());
      expect((await bench.dead()).map(text)).toEqual(['bad']);
    });

    promise('try no more than are handled at a time during an outage, and park nothing', async () => {
      for (const key of [LOUD, QUIET, OTHER]) await bench.put(key, 'x');
      let [tries, down] = [0, true];
      await bench.subscribe(
        async () => {
          tries += 1;
          if (down) throw unavailable('The database is away.');
        },
        { maxBatch: 1, flow: { ...flow, maxTurn: 1 } },
      );
      await bench.until(() => tries === 1);
      await bench.clock.advance(100 + 10 * 500);
      expect(tries).toBe(12);
      down = false;
      await bench.drained();
      expect(await bench.dead()).toEqual([]);
    });

    promise('end with the signal when the consumer closes; what was not finished comes again', async () => {
      seen.length = 0;
      const handle = blocking();
      await bench.put(LOUD, 'blocked');
      const consumer = await bench.subscribe(handle.batch, {
        maxBatch: 1,
        flow: { ...flow, maxTurn: 1, parallel: 2 },
      });
      await bench.until(() => handle.blocked);
      await bench.put(QUIET, 'done');
      await bench.until(() => of(QUIET).length === 1);
      const closed = settled(consumer.close());
      await bench.until(closed);
      seen.length = 0;
      await bench.subscribe(async ({ messages }) => void seen.push(...messages), { flow });
      await bench.drained();
      expect([of(LOUD), of(QUIET)]).toEqual([['blocked'], ['done']]);
    });

    promise('let nobody commit by hand what no handler has seen', async () => {
      const handle = blocking();
      await bench.put(LOUD, 'blocked', 'unseen');
      const consumer = await bench.subscribe(handle.batch, {
        maxBatch: 1,
        flow: { ...flow, maxTurn: 1, parallel: 2 },
      });
      await bench.until(() => handle.blocked);
      const beyond = consumer.commit(partitionOf(LOUD, PARTITIONS), 2n);
      await expect(beyond).rejects.toMatchObject({ kind: 'internal' });
      handle.go();
      await bench.drained();
    });

    promise('are as many as a size says that learns of each', async () => {
      const told: number[] = [];
      let current = 2;
      const size = {
        get current() {
          return current;
        },
        time: <T>(items: number, work: () => Promise<T>): Promise<T> => (
          told.push(items),
          (current = 5),
          work()
        ),
      };
      await bench.put(LOUD, ...numbers(12));
      await bench.subscribe(() => Promise.resolve(), { flow: { ...flow, size } });
      await bench.drained();
      expect(told).toEqual([2, 5, 5]);
    });

    promise('are refused with bounds that bound nothing', async () => {
      const bad = [
        { maxPending: 9 },
        { maxPending: Infinity },
        { maxPendingBytes: 0 },
        { maxTurn: 11 },
        { maxTurn: 0 },
        { parallel: 65 },
      ];
      for (const each of bad) {
        const refused = bench.subscribe(() => Promise.resolve(), { flow: { ...flow, ...each } });
        await expect(refused).rejects.toMatchObject({ kind: 'internal' });
      }
    });
  });

  /** A handler that keeps 'blocked' until told to go, or to stop. */
  function blocking(): { batch: (batch: Batch) => Promise<void>; go: () => void; readonly blocked: boolean } {
    let [blocked, went] = [false, false];
    let go = (): void => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    return {
      get blocked() {
        return blocked;
      },
      go: () => ((went = true), go()),
      batch: async ({ messages, signal }) => {
        if (!went && messages.some((message) => text(message) === 'blocked')) {
          blocked = true;
          const stopped = new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          );
          await Promise.race([gone, stopped]);
        }
        seen.push(...messages);
      },
    };
  }
}

function keysOfOnePartition(): readonly [string, string, string] {
  const keys: string[] = [];
  for (let index = 0; keys.length < 3; index += 1)
    if (partitionOf(`key${index}`, PARTITIONS) === 1) keys.push(`key${index}`);
  const [one = '', two = '', three = ''] = keys;
  return [one, two, three];
}
