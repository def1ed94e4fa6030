import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { HotEpochs, type ListOf } from '../index.js';

const ROOTS: ListOf = { subjectId: 7n, rootId: 0n };

let clock: FakeClock;
let kv: Kv;
let epochs: HotEpochs;
/** How many rankings were read; each is another. */
let made: bigint;

beforeEach(async () => {
  clock = new FakeClock();
  kv = await openKv('memory:', { clock });
  made = 0n;
  epochs = new HotEpochs(kv, clock, { of: () => Promise.resolve([(made += 1n), 9n]) });
});

afterEach(() => kv.close());

describe('the rankings of hot', () => {
  it('are shared, each list having its own', async () => {
    expect(await epochs.latest(ROOTS)).toBeUndefined();
    const epoch = await epochs.replace(ROOTS, undefined);
    expect(epoch).toEqual({ number: BigInt(clock.now()), ids: [1n, 9n] });
    expect(await epochs.latest(ROOTS)).toEqual({ epoch, age: 'fresh' });
    expect(await epochs.latest({ subjectId: 7n, rootId: 8n })).toBeUndefined();
  });

  it('are fresh for 10 s and shown for 13', async () => {
    await epochs.replace(ROOTS, undefined);
    const ages: unknown[] = [];
    for (const ms of [9_999, 1, 2_999, 1]) {
      await clock.advance(ms);
      ages.push((await epochs.latest(ROOTS))?.age);
    }
    expect(ages).toEqual(['fresh', 'due', 'due', 'over']);
  });

  it('are no fresher when a wrong clock made them in the future', async () => {
    clock.step(20_000);
    await epochs.replace(ROOTS, undefined);
    clock.step(-20_000);
    expect(await epochs.latest(ROOTS)).toMatchObject({ age: 'over' });
  });

  it('replace the one that was seen, and no other', async () => {
    const first = await epochs.replace(ROOTS, undefined);
    await clock.advance(1);
    const second = await epochs.replace(ROOTS, first);
    expect((await epochs.latest(ROOTS))?.epoch).toEqual(second);
    await clock.advance(1);
    for (const seen of [first, undefined]) await epochs.replace(ROOTS, seen);
    expect((await epochs.latest(ROOTS))?.epoch).toEqual(second);
  });

  it('are the same to all who make one in the same millisecond', async () => {
    const both = await Promise.all([1, 2].map(() => epochs.replace(ROOTS, undefined)));
    expect(made).toBe(2n);
    expect(both[0]).toEqual(both[1]);
  });

  it('stay as they were for ten minutes from their last reader on, and are then gone', async () => {
    const first = await epochs.replace(ROOTS, undefined);
    await clock.advance(12_999);
    expect(await epochs.latest(ROOTS)).toMatchObject({ age: 'due' });
    await epochs.replace(ROOTS, first);
    await clock.advance(10 * 60_000);
    expect(await epochs.at(ROOTS, first.number)).toEqual(first);
    await clock.advance(1);
    await expect(epochs.at(ROOTS, first.number)).rejects.toMatchObject({ code: 'COMMON_CURSOR_EXPIRED' });
  });
});
