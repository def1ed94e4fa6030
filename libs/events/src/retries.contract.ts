import { describe, expect } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { PARTITIONS, TOPIC, text, type ContractBench, type Declare } from './contract-bench.js';
import { partitionOf } from './partition-of.js';

const poison = { key: 'k', value: Buffer.from('poison'), headers: { own: 'kept' } };

/** What every event log does when a handler fails. */
export function describeRetries(bench: ContractBench, promise: Declare): void {
  describe('a handler that fails', () => {
    promise('gets the same batch again along the ladder', async () => {
      await bench.put('k', '1', '2');
      const tries: { at: number; batch: string[] }[] = [];
      let begin: number | undefined;
      await bench.subscribe(async ({ messages }) => {
        const now = bench.clock.monotonic();
        tries.push({ at: now - (begin ??= now), batch: messages.map(text) });
        if (tries.length < 3) throw new TypeError('not yet');
      });
      await bench.drained();
      expect(tries).toEqual([0, 100, 600].map((at) => ({ at, batch: ['1', '2'] })));
      expect(bench.errors).toHaveLength(2);
      expect(await bench.dead()).toEqual([]);
    });

    promise(
      'loses a poison message to the dead topic, with its cause, and the partition goes on',
      async () => {
        await bench.log.append(TOPIC, [
          { key: 'k', value: Buffer.from('good') },
          poison,
          { key: 'k', value: Buffer.from('late') },
        ]);
        const handled: string[] = [];
        await bench.subscribe(async ({ messages }) => {
          if (messages.some((message) => text(message) === 'poison')) throw new TypeError('cannot read x');
          handled.push(...messages.map(text));
        });
        await bench.drained();
        expect(handled).toEqual(['good', 'late']);
        const [letter, ...others] = await bench.dead();
        expect(others).toEqual([]);
        expect(letter && text(letter)).toBe('poison');
        expect(letter).toMatchObject({ key: 'k', partition: partitionOf('k', PARTITIONS) });
        expect(letter?.headers).toMatchObject({
          own: 'kept',
          'dead-topic': TOPIC,
          'dead-partition': String(partitionOf('k', PARTITIONS)),
          'dead-offset': '1',
          'dead-group': 'readers',
          'dead-cause': 'TypeError: cannot read x',
          'dead-attempts': '4',
        });
        expect(Number(letter?.headers['dead-at'])).toBeGreaterThan(0);
      },
    );

    promise('survives even a thrown undefined', async () => {
      await bench.put('k', '1');
      await bench.subscribe(() => Promise.reject(undefined), { retry: [] });
      await bench.drained();
      expect((await bench.dead())[0]?.headers['dead-cause']).toBe('undefined');
    });

    promise('parks nothing during an outage and tries at the last delay for ever', async () => {
      await bench.put('k', '1');
      let tries = 0;
      let down = true;
      await bench.subscribe(async () => {
        tries += 1;
        if (down) throw unavailable('The database is away.');
      });
      await bench.until(() => tries === 1);
      await bench.clock.advance(100 + 20 * 500);
      expect(tries).toBe(22);
      down = false;
      await bench.drained();
      expect(await bench.dead()).toEqual([]);
    });

    promise('may park a message itself, which does not come again with the batch', async () => {
      await bench.put('k', 'good', 'bad');
      const batches: string[][] = [];
      await bench.subscribe(async ({ messages, deadLetter }) => {
        batches.push(messages.map(text));
        const bad = messages.find((message) => text(message) === 'bad');
        if (bad) await deadLetter(bad, new Error('of no use'));
        if (batches.length === 1) throw new Error('again');
      });
      await bench.drained();
      expect(batches).toEqual([['good', 'bad'], ['good']]);
      expect((await bench.dead()).map(({ headers }) => headers['dead-cause'])).toEqual(['Error: of no use']);
    });

    promise('bounds the cause to 1 KiB without breaking a character', async () => {
      await bench.put('k', '1');
      await bench.subscribe(async () => Promise.reject(new Error('ü'.repeat(2000))), { retry: [] });
      await bench.drained();
      const cause = (await bench.dead())[0]?.headers['dead-cause'] ?? '';
      expect(Buffer.byteLength(cause)).toBeLessThanOrEqual(1024);
      expect(cause).toMatch(/^Error: ü+$/);
    });
  });
}
