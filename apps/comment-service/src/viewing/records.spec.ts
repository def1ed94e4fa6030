import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { FoundAway } from '../intake/found-away.js';
import { notingLacks } from './lacking.js';
import { Records, type RecordsOptions } from './records.js';

const { DISLIKE } = comment.Reaction;
const [OLD, UNTOUCHED] = [4n, 3n];

function setUp(stored: () => ReadonlyMap<bigint, { value: number; version: bigint }>) {
  const asked: (readonly bigint[])[] = [];
  const database = new FoundAway(new FakeClock());
  const records = new Records({
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
      const found = await records.olderReactions(1n, ids);
      return [ids.map((id) => found.get(id)?.value), [...lacking]] as const;
    });
  return { asked, database, values };
}

describe('reactions that are older than what is kept', () => {
  it('are asked of the database', async () => {
    const { asked, values } = setUp(() => new Map([[OLD, { value: DISLIKE, version: 20n }]]));
    expect(await values([OLD, UNTOUCHED])).toEqual([[DISLIKE, undefined], []]);
    expect(asked).toEqual([[OLD, UNTOUCHED]]);
  });

  it('are not there while the database is away, which is told', async () => {
    const { asked, database, values } = setUp(() => {
      throw unavailable('The database is away.');
    });
    expect(await values([OLD])).toEqual([[undefined], ['viewer']]);
    expect(database.isAway).toBe(true);
    expect(await values([OLD])).toEqual([[undefined], ['viewer']]);
    expect(asked).toHaveLength(1);
  });
});
