import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { InjectedFault, databaseSeeds } from '@storey/testing';
import { AUTHOR, COMMENT, GIVER, GRANTED, TipBench, away, badLine, dyingAt, unanswered } from './tipping.js';

let bench: TipBench;

beforeEach(async () => {
  bench = await TipBench.open();
});

afterEach(() => bench.sql.close());

const state = async (): Promise<readonly string[]> => (await bench.tips()).map((tip) => tip.state);
const points = async (): Promise<unknown> => [await bench.pointsOf(GIVER), await bench.pointsOf(AUTHOR)];

describe('a tip', () => {
  it('moves points from the giver to the author, and both sides know', async () => {
    const { tip } = await bench.give({ points: 30 });
    expect(tip).toMatchObject({ state: 'done', to_user: AUTHOR, points: 30 });
    expect(await points()).toEqual([70n, 30n]);
    expect(await bench.astray()).toEqual([]);
  });

  it.each([0, 101, 1.5, NaN])('of %p points is none', async (wanted) => {
    await expect(bench.give({ points: wanted })).rejects.toMatchObject({ kind: 'invalid' });
    expect(await bench.tips()).toEqual([]);
  });

  it('of more than one has is refused and leaves nothing behind', async () => {
    await bench.give({ points: 95 });
    const second = bench.give({ points: 6, idempotencyKey: 'k' });
    await expect(second).rejects.toMatchObject({ kind: 'conflict', code: 'ACCOUNT_POINTS_INSUFFICIENT' });
    expect(await points()).toEqual([5n, 95n]);
    expect(await bench.tips()).toHaveLength(1);
  });

  it('of what one has, given ten times at once, is given as often as it can be', async () => {
    const gifts = await Promise.allSettled(Array.from({ length: 10 }, () => bench.give({ points: 30 })));
    expect(gifts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await points()).toEqual([10n, 90n]);
  });

  it('for a comment that is not there says so before it says that points are missing', async () => {
    await bench.give({ points: 100 });
    const second = bench.give({ commentId: COMMENT + 1n });
    await expect(second).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('that comment-service refuses is given back, and its key is free', async () => {
    const wrong = { commentId: COMMENT + 1n, idempotencyKey: 'k' };
    await expect(bench.give(wrong)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await points()).toEqual([GRANTED, 0n]);
    await expect(bench.give({ idempotencyKey: 'k' })).resolves.toMatchObject({ replayed: false });
    await bench.later();
    expect((await state()).toSorted()).toEqual(['cancelled', 'done']);
    expect(await bench.astray()).toEqual([]);
  });
});

describe('under one key', () => {
  const keyed = { idempotencyKey: 'k' };

  it('it is given once, also by twins at the same time', async () => {
    const [one, two] = await Promise.all([bench.give(keyed), bench.give(keyed)]);
    const third = await bench.give(keyed);
    expect(new Set([one, two, third].map(({ tip }) => tip.id)).size).toBe(1);
    expect([one, two, third].map(({ replayed }) => replayed).sort()).toEqual([false, true, true]);
    expect(await points()).toEqual([90n, 10n]);
  });

  it('another one is a mismatch, and a day later it is a tip of its own', async () => {
    await bench.give(keyed);
    const other = { ...keyed, points: 11 };
    await expect(bench.give(other)).rejects.toMatchObject({ code: 'COMMON_IDEMPOTENCY_MISMATCH' });
    await bench.clock.advance(24 * 3_600_000);
    await expect(bench.give(other)).resolves.toMatchObject({ replayed: false });
    expect(await points()).toEqual([79n, 21n]);
  });
});

describe('while comment-service is away', () => {
  it('a tip is pending with its points put aside, and ends when it is back', async () => {
    bench.comments.line = away;
    expect((await bench.give()).tip.state).toBe('trying');
    await bench.later();
    expect([await state(), await points()]).toEqual([['trying'], [90n, 0n]]);
    bench.comments.line = (call) => Promise.resolve(call());
    await bench.later();
    expect([await state(), await points()]).toEqual([['done'], [90n, 10n]]);
  });

  it('a tip is given back after a minute, and a try that arrives after that finds it cancelled', async () => {
    const late: (() => unknown)[] = [];
    bench.comments.line = (call) => {
      late.push(call);
      return away();
    };
    await bench.give();
    await bench.later(60_000);
    expect([await state(), await points()]).toEqual([['cancelling'], [GRANTED, 0n]]);
    bench.comments.line = (call) => Promise.resolve(call());
    await bench.later();
    expect(await bench.astray()).toEqual([]);
    expect(() => late[0]?.()).toThrow();
    expect(await bench.astray()).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  it('is asked for again, and nothing happens twice', async () => {
    bench.comments.line = unanswered;
    expect((await bench.give()).tip.state).toBe('trying');
    bench.comments.line = (call) => Promise.resolve(call());
    await bench.later();
    await bench.later();
    expect([await state(), await points()]).toEqual([['done'], [90n, 10n]]);
  });
});

describe('a process that dies', () => {
  it.each(['tip.held', 'tip.tried', 'tip.decided', 'tip.told'])(
    'at %s leaves a tip that another one ends',
    async (point) => {
      const dying = bench.process(dyingAt(point));
      await expect(bench.give({ idempotencyKey: 'k' }, dying)).rejects.toBeInstanceOf(InjectedFault);
      expect(await bench.missing()).toBe(0n);
      await bench.later();
      expect([await state(), await points()]).toEqual([['done'], [90n, 10n]]);
      expect(await bench.astray()).toEqual([]);
      await expect(bench.give({ idempotencyKey: 'k' })).resolves.toMatchObject({ replayed: true });
    },
  );

  it.each(['tip.decided', 'tip.told'])(
    'at %s while it takes one back leaves it to another',
    async (point) => {
      bench.comments.line = away;
      await bench.give();
      await bench.clock.advance(60_000);
      bench.comments.line = (call) => (point === 'tip.decided' ? away() : Promise.resolve(call()));
      if (point === 'tip.told') await cancelByHand();
      await expect(bench.process(dyingAt(point)).sweep.run()).rejects.toBeInstanceOf(InjectedFault);
      bench.comments.line = (call) => Promise.resolve(call());
      await bench.later();
      expect([await state(), await points()]).toEqual([['cancelled'], [GRANTED, 0n]]);
      expect(await bench.astray()).toEqual([]);
    },
  );

  /** As if it had been decided and not told. */
  async function cancelByHand(): Promise<void> {
    bench.comments.line = away;
    await bench.process().sweep.run();
    bench.comments.line = (call) => Promise.resolve(call());
    await bench.clock.advance(6_000);
  }
});

describe('whatever happens on the line and to the processes', () => {
  it.each(databaseSeeds(40))('no point is lost or made (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const { line, overdue } = badLine(random);
    bench.comments.line = line;
    const mayDie = (name: string): void => {
      if (random.int(0, 5) === 0) throw new InjectedFault(name);
    };
    for (let step = 0; step < 12; step += 1) {
      const { giving, sweep } = bench.process(mayDie);
      const wanted = { points: random.int(1, 40), commentId: COMMENT + BigInt(random.int(0, 1)) };
      await Promise.allSettled([
        bench.give(wanted, bench.process(mayDie)),
        bench.give({ ...wanted, idempotencyKey: 'k' }, { giving, sweep }),
        sweep.run(),
        bench.process(mayDie).sweep.run(),
      ]);
      expect(await bench.missing()).toBe(0n);
      await bench.clock.advance(random.int(0, 20_000));
    }
    bench.comments.line = (call) => Promise.resolve(call());
    await bench.later(61_000);
    await bench.later();
    overdue();
    expect(await bench.astray()).toEqual([]);
    expect(await bench.missing()).toBe(0n);
  });
});

describe('the ledger', () => {
  it('adds up to what everybody has', async () => {
    await bench.give({ points: 30 });
    await expect(bench.give({ commentId: COMMENT + 1n })).rejects.toThrow();
    const entries = await bench.sql.read.selectFrom('points_entry').select(['user_id', 'amount']).execute();
    const sumOf = (id: bigint): bigint =>
      entries.filter((entry) => entry.user_id === id).reduce((sum, { amount }) => sum + amount, 0n);
    expect([sumOf(GIVER), sumOf(AUTHOR)]).toEqual(await points());
  });
});

describe('tips of long ago', () => {
  const DAY_MS = 24 * 3_600_000;
  const cut = (): Promise<boolean> => bench.store.tips.cut(BigInt(bench.clock.now() - 30 * DAY_MS));

  it('are cut when they have ended, and no others', async () => {
    await bench.give();
    bench.comments.line = away;
    await bench.give();
    bench.clock.step(30 * DAY_MS);
    await bench.give();
    expect(await cut()).toBe(false);
    expect(await state()).toHaveLength(3);
    bench.clock.step(1);
    await cut();
    expect(await state()).toEqual(['trying', 'trying']);
  });

  it('are not decided again by whoever slept through their end', async () => {
    const [asleep, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    bench.comments.line = async (call) => {
      asleep.resolve();
      await awake.promise;
      return call();
    };
    const refused = expect(bench.give()).rejects.toMatchObject({ kind: 'not_found' });
    await asleep.promise;
    bench.comments.line = away;
    await bench.later(70_000);
    bench.comments.line = async (call) => Promise.resolve(call());
    await bench.later();
    expect(await state()).toEqual(['cancelled']);
    bench.clock.step(31 * DAY_MS);
    await cut();
    bench.comments.tips.clear();
    awake.resolve();
    await refused;
    expect(await points()).toEqual([GRANTED, 0n]);
  });
});
