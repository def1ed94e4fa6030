import { describe, expect } from '@jest/globals';
import { TOPIC, settled, text, type ContractBench, type Declare } from './contract-bench.js';
import { type Consumer, type Subscription } from './event-log.js';

const KEY = 'k';
/** Far longer than anything here takes. */
const LONG_MS = 10_000;

/** What every event log promises a subscription whose turns are held apart. */
export function describeApart(bench: ContractBench, promise: Declare): void {
  const turns: string[][] = [];

  /** Its first turn has been: the time in which others gather has begun. */
  const begin = async (more: Partial<Subscription>): Promise<Consumer> => {
    turns.length = 0;
    const consumer = await bench.subscribe(async ({ messages }) => void turns.push(messages.map(text)), more);
    await bench.put(KEY, 'first');
    await bench.until(() => turns.length > 0);
    return consumer;
  };

  describe('turns that are held apart', () => {
    promise('hand over together what comes meanwhile', async () => {
      await begin({ apartMs: LONG_MS });
      await bench.put(KEY, 'a');
      await bench.put(KEY, 'b');
      await bench.advance(100);
      expect(turns).toEqual([['first']]);
      await bench.clock.advance(LONG_MS);
      await bench.until(() => turns.length === 2);
      expect(turns[1]).toEqual(['a', 'b']);
    });

    promise('wait for nothing after a rest', async () => {
      await begin({ apartMs: LONG_MS });
      await bench.clock.advance(LONG_MS);
      const before = bench.clock.monotonic();
      await bench.put(KEY, 'a');
      await bench.until(() => turns.length === 2);
      expect(bench.clock.monotonic() - before).toBeLessThan(LONG_MS);
    });

    promise('do not wait behind one that was full', async () => {
      await bench.put(KEY, ...Array.from({ length: 10 }, () => 'x'));
      await begin({ apartMs: LONG_MS });
      const before = bench.clock.monotonic();
      await bench.until(() => turns.flat().length === 11);
      expect(bench.clock.monotonic() - before).toBeLessThan(LONG_MS);
    });

    promise('hand over what has gathered when they close', async () => {
      const consumer = await begin({ apartMs: LONG_MS });
      await bench.put(KEY, 'a');
      await bench.advance(100);
      await bench.until(settled(consumer.close()));
      expect(turns).toEqual([['first'], ['a']]);
      expect(await bench.log.lag(TOPIC, 'readers')).toBe(0);
    });

    promise('are refused for longer than ten seconds', async () => {
      for (const apartMs of [-1, 10_001, NaN]) {
        const refused = bench.subscribe(() => Promise.resolve(), { apartMs });
        await expect(refused).rejects.toMatchObject({ kind: 'internal' });
      }
    });
  });
}
