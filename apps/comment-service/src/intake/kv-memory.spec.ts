import { describe, expect, it } from '@jest/globals';
import { openKv } from '@storey/kv';
import { KvMemory } from './kv-memory.js';

describe('KvMemory', () => {
  const started = async (ends: bigint[], committed: bigint[]) => {
    const kv = await openKv('memory:');
    const log = { endOffsets: () => Promise.resolve(ends), committed: () => Promise.resolve(committed) };
    const second = { waiting: false, holdsSome: () => Promise.resolve(second.waiting) };
    return { kv, second, memory: new KvMemory(kv, log, second) };
  };

  it('is whole where nothing was ever sent', async () => {
    const { memory } = await started([0n, 0n], [0n, 0n]);
    expect(await memory.isWhole()).toBe(true);
  });

  it('is whole again when the writer has come to where the log ended at the loss, however much came since', async () => {
    const [ends, committed] = [
      [5n, 3n],
      [5n, 1n],
    ];
    const { kv, memory } = await started(ends, committed);
    expect(await memory.isWhole()).toBe(false);
    ends[0] = 9n; // people go on
    ends[1] = 7n;
    committed[1] = 2n;
    expect(await memory.isWhole()).toBe(false);
    committed[1] = 3n;
    expect(await memory.isWhole()).toBe(true);
    committed[1] = 0n; // not asked again
    expect(await memory.isWhole()).toBe(true);
    await kv.flush();
    expect(await memory.isWhole()).toBe(false);
  });

  it('is not whole while anything of before waits for the log, and not until the writer has that too', async () => {
    const [ends, committed] = [[5n], [5n]];
    const { memory, second } = await started(ends, committed);
    second.waiting = true;
    expect(await memory.isWhole()).toBe(false);
    second.waiting = false;
    ends[0] = 6n; // it is on its way to the writer
    expect(await memory.isWhole()).toBe(false);
    second.waiting = true; // of those that came since, kv knows
    committed[0] = 6n;
    expect(await memory.isWhole()).toBe(true);
  });
});
