import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { isAppError } from '@storey/errors';
import { type Sql } from '@storey/sql';
import { databaseSeeds } from '@storey/testing';
import {
  Notifications,
  Tips,
  type CommentDb,
  type NotificationRecord,
  type TipRecord,
} from '../src/index.js';
import { open } from './rows.js';

const AUTHOR = 5n;
const COMMENT = 640n;

let sql: Sql<CommentDb>;
let tips: Tips;

beforeEach(async () => {
  sql = await open();
  tips = new Tips(sql);
});

afterEach(() => sql.close());

const tipOf = (tip_id: bigint): TipRecord => ({
  tip_id,
  comment_id: COMMENT,
  from_user_id: 9n,
  author_id: AUTHOR,
  state: 'tried',
  at: 1n,
});
let nextNotice = 0n;
const notice = ({ tip_id, author_id: userId, from_user_id: actorId }: TipRecord): NotificationRecord => ({
  id: (nextNotice += 64n),
  userId,
  kind: 'tip',
  commentId: COMMENT,
  actorId,
  at: 2n,
  read: false,
  causeId: tip_id,
});

const steps = {
  try: async (id: bigint): Promise<string> => (await tips.try(tipOf(id))).state,
  confirm: (id: bigint): Promise<void> => tips.confirm(tipOf(id), notice),
  cancel: (id: bigint): Promise<void> => tips.cancel({ tip_id: id, comment_id: COMMENT }, 3),
};
type Step = keyof typeof steps;

/** `refused` for a contradiction; any other failure fails the test. */
async function outcome(step: Step, id: bigint): Promise<string> {
  try {
    return (await steps[step](id)) ?? 'done';
  } catch (error) {
    if (isAppError(error) && error.kind === 'conflict') return 'refused';
    throw error;
  }
}

const notices = async (): Promise<readonly (bigint | undefined)[]> =>
  (await new Notifications(sql).page(AUTHOR, { limit: 100 })).map(({ causeId }) => causeId);

describe('a tip', () => {
  it('is tried and confirmed, and its author is told once however often it is said', async () => {
    const said: Step[] = ['try', 'try', 'confirm', 'try', 'confirm'];
    const outcomes = [];
    for (const step of said) outcomes.push(await outcome(step, 1n));
    expect(outcomes).toEqual(['tried', 'tried', 'done', 'confirmed', 'done']);
    expect(await notices()).toEqual([1n]);
  });

  it('whose notice was removed is not told of again', async () => {
    await steps.try(1n);
    await steps.confirm(1n);
    await new Notifications(sql).remove(AUTHOR, 10);
    await steps.confirm(1n);
    expect(await notices()).toEqual([]);
  });

  it('that is cancelled before it was tried can’t be tried any more', async () => {
    expect(await outcome('cancel', 1n)).toBe('done');
    expect(await outcome('try', 1n)).toBe('cancelled');
    expect(await outcome('confirm', 1n)).toBe('refused');
    expect(await notices()).toEqual([]);
  });

  it.each([
    ['confirm', 'cancel'],
    ['cancel', 'confirm'],
  ] as const)('after a %s refuses a %s', async (first, second) => {
    await steps.try(1n);
    await steps[first](1n);
    expect(await outcome(second, 1n)).toBe('refused');
  });

  it('that was never tried can’t be confirmed', async () => {
    expect(await outcome('confirm', 1n)).toBe('refused');
    expect(await tips.find(tipOf(1n))).toBeUndefined();
  });

  it('of several for one comment has a notice of its own', async () => {
    for (const id of [1n, 2n]) {
      await steps.try(id);
      await steps.confirm(id);
    }
    expect([...(await notices())].sort()).toEqual([1n, 2n]);
  });

  it('that is confirmed and cancelled at the same moment is one of the two', async () => {
    for (let id = 1n; id <= 20n; id += 1n) {
      await steps.try(id);
      const both = await Promise.all([outcome('confirm', id), outcome('cancel', id)]);
      expect(both.sort()).toEqual(['done', 'refused']);
    }
  });
});

/** What a tip is, in a few words: the first of confirm and cancel stands for ever. */
class Model {
  state: string | undefined;

  step(step: Step): string {
    if (step === 'try') return (this.state ??= 'tried');
    const wanted = step === 'confirm' ? 'confirmed' : 'cancelled';
    if (step === 'cancel') this.state ??= 'tried';
    if (this.state === 'tried') this.state = wanted;
    return this.state === wanted ? 'done' : 'refused';
  }
}

describe('any order of tries, confirms and cancels', () => {
  it.each(databaseSeeds(30))('does what the model does (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const models = new Map([1n, 2n].map((id) => [id, new Model()]));
    for (let n = 0; n < 14; n += 1) {
      const step = (['try', 'confirm', 'cancel'] as const)[random.int(0, 2)] ?? 'try';
      const id = BigInt(random.int(1, 2));
      expect([n, step, await outcome(step, id)]).toEqual([n, step, models.get(id)?.step(step)]);
    }
    const confirmed = [...models].filter(([, { state }]) => state === 'confirmed').map(([id]) => id);
    expect([...(await notices())].sort()).toEqual(confirmed);
  });
});

describe('old tips', () => {
  it('are cut when they have ended, in every table, and what is undecided stays', async () => {
    const all = Array.from({ length: 120 }, (_, n) => BigInt(n + 1));
    for (const id of all) await tips.try({ ...tipOf(id), comment_id: id % 64n, at: id <= 110n ? 1n : 100n });
    for (const id of all.slice(3)) await tips.cancel({ tip_id: id, comment_id: id % 64n }, 200);
    let waited = 0;
    expect(await tips.cut(100, () => Promise.resolve((waited += 1)))).toBe(107);
    expect(waited).toBeGreaterThanOrEqual(sql.tables.count);
    const left = all.map((id) => tips.find({ tip_id: id, comment_id: id % 64n }));
    const ids = (await Promise.all(left)).flatMap((tip) => (tip ? [tip.tip_id] : []));
    expect(ids).toEqual([...all.slice(0, 3), ...all.slice(110)]);
    expect(await tips.cut(100)).toBe(0);
  });
});
