import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { FoundAway } from '../intake/found-away.js';
import { notingLacks } from './lacking.js';
import { Records, type RecordsOptions } from './records.js';

const { LIKE, DISLIKE } = comment.Reaction;
const [NEW, OLD, UNTOUCHED] = [9n, 4n, 3n];
const latest = { byComment: new Map([[NEW, { value: LIKE, version: 21n }]]), from: NEW };

/** Of user 1 under subject 5, the latest of whose reactions are cached. */
function setUp(stored: () => ReadonlyMap<bigint, { value: number; version: bigint }>) {
  const asked: (readonly bigint[])[] = [];
  const cached = () => Promise.resolve(new Map([['1/5', latest]]));
  const database = new FoundAway(new FakeClock());
  const records = new Records({
    caches: { reactions: { getSome: cached, known: cached } },
    reactions: {
      of: async (_: bigint, ids: readonly bigint[]) => {
        asked.push(ids);
        return Promise.resolve(stored());
      },
    },
    database,
  } as unknown as RecordsOptions);
  const values = (ids: readonly bigint[]) =>
    notingLacks(async (lacking) => {
      const found = await records.reactionsOf(1n, 5n, ids);
      return [ids.map((id) => found.get(id)?.value), [...lacking]] as const;
    });
  return { asked, database, values };
}

describe('reactions of who reacted more than is kept of him', () => {
  it('are asked of the database where they are older than what is kept, and there alone', async () => {
    const { asked, values } = setUp(() => new Map([[OLD, { value: DISLIKE, version: 20n }]]));
    expect(await values([NEW])).toEqual([[LIKE], []]);
    expect(asked).toEqual([]);
    expect(await values([NEW, OLD, UNTOUCHED])).toEqual([[LIKE, DISLIKE, undefined], []]);
    expect(asked).toEqual([[OLD, UNTOUCHED]]);
  });

  it('are what is kept while the database is away, which is told', async () => {
    const { asked, database, values } = setUp(() => {
      throw unavailable('The database is away.');
    });
    expect(await values([NEW, OLD])).toEqual([[LIKE, undefined], ['viewer']]);
    expect(database.isAway).toBe(true);
    expect(await values([NEW, OLD])).toEqual([[LIKE, undefined], ['viewer']]);
    expect(asked).toHaveLength(1);
  });
});
