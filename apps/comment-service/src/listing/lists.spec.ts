import { describe, expect, it } from '@jest/globals';
import { chunkOf, chunkId, parseChunkId, type PageOf, type Place } from '@storey/comment';
import { SeededRandom } from '@storey/context';
import { Lists, type ListPage } from './lists.js';

const list = { subjectId: 5n, rootId: 0n };

/** A list with these floors still shown, as cache and database have it, and what is asked of both. */
function setUp(floors: readonly number[]) {
  const places = floors.map((floor): Place => ({ id: BigInt(floor) * 10n, floor: BigInt(floor) }));
  const looks: bigint[][] = [];
  const statements: PageOf[] = [];
  const near: string[] = [];
  const getMany = (ids: Iterable<string>) => {
    const asked = [...ids];
    looks.push(asked.map((id) => parseChunkId(id).chunk));
    const found = asked.map((id) => {
      const { chunk } = parseChunkId(id);
      return [id, places.filter(({ floor }) => chunkOf(floor) === chunk)] as const;
    });
    return Promise.resolve(new Map<string, readonly Place[]>(found));
  };
  const listings = {
    page: (page: PageOf) => {
      statements.push(page);
      const { order, after, limit } = page;
      const behind = places.filter(
        ({ floor }) => after === undefined || (order === 'new' ? floor < after : floor > after),
      );
      return Promise.resolve((order === 'new' ? behind.toReversed() : behind).slice(0, limit));
    },
  };
  const lists = new Lists({ getMany, getSome: getMany }, listings, { onNear: (id) => near.push(id) });
  const floorsOf = async (page: Omit<ListPage, 'list'>, last = Math.max(0, ...floors)) =>
    (await lists.page({ list: { ...list, last: BigInt(last) }, ...page })).map(({ floor }) => Number(floor));
  return { lists, looks, statements, near, floorsOf };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);

describe('a page of a list', () => {
  it('comes from the one or two chunks where it stands, at any depth', async () => {
    const { floorsOf, looks, statements } = setUp(upTo(1_000));
    expect(await floorsOf({ order: 'new', limit: 3 })).toEqual([1000, 999, 998]);
    expect(await floorsOf({ order: 'new', after: 500n, limit: 21 })).toEqual(upTo(499).slice(-21).reverse());
    expect(await floorsOf({ order: 'new', after: 70n, limit: 21 })).toEqual(upTo(69).slice(-21).reverse());
    expect(await floorsOf({ order: 'old', limit: 2 })).toEqual([1, 2]);
    expect(await floorsOf({ order: 'old', after: 640n, limit: 2 })).toEqual([641, 642]);
    expect(await floorsOf({ order: 'old', after: 999n, limit: 21 })).toEqual([1000]);
    expect(looks).toEqual([[15n], [7n], [1n, 0n], [0n], [10n], [15n]]);
    expect(statements).toEqual([]);
  });

  it('asks for nothing where the list has ended', async () => {
    const { floorsOf, looks, statements } = setUp(upTo(10));
    expect(await floorsOf({ order: 'old', after: 64n, limit: 3 })).toEqual([]);
    expect(await floorsOf({ order: 'new', after: 1n, limit: 3 })).toEqual([]);
    expect(await floorsOf({ order: 'new', after: -7n, limit: 3 })).toEqual([]);
    expect(await floorsOf({ order: 'new', limit: 3 }, 0)).toEqual([]);
    expect([looks, statements]).toEqual([[], []]);
  });

  it('shows what is newer than the end of the list as it is served, and stands in its last chunk', async () => {
    const { floorsOf } = setUp(upTo(12));
    expect(await floorsOf({ order: 'new', limit: 2 }, 10)).toEqual([12, 11]);
    expect(await floorsOf({ order: 'old', after: 9n, limit: 9 }, 10)).toEqual([10, 11, 12]);
  });

  it('takes floors far beyond the list for its end', async () => {
    const { floorsOf, looks } = setUp(upTo(10));
    expect(await floorsOf({ order: 'new', after: 2n ** 62n, limit: 2 })).toEqual([10, 9]);
    expect(await floorsOf({ order: 'old', after: -(2n ** 62n), limit: 2 })).toEqual([1, 2]);
    expect(looks).toEqual([[0n], [0n]]);
  });

  it('goes on where some are deleted, and asks the database where very many are', async () => {
    const some = setUp([1, 2, 3, ...upTo(40).map((n) => n + 700)]);
    expect(await some.floorsOf({ order: 'new', after: 703n, limit: 4 })).toEqual([702, 701, 3, 2]);
    expect(some.looks.map((each) => each.length)).toEqual([1, 10]);
    expect(some.statements).toEqual([]);

    const many = setUp([1, 2, 3, 100_000]);
    for (const [order, after, floors] of [
      ['new', 99_990n, [3, 2, 1]],
      ['old', 3n, [100_000]],
    ] as const) {
      expect(await many.floorsOf({ order, after, limit: 9 })).toEqual(floors);
    }
    expect(many.looks.flat().length).toBeLessThan(50);
    expect(many.statements).toHaveLength(2);
  });

  it('is what the database has, wherever it begins and whatever is deleted', async () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 200; round += 1) {
      const length = random.int(1, 400);
      const deleted = random.float();
      const floors = upTo(length).filter((floor) => floor === length || random.float() > deleted);
      const { floorsOf } = setUp(floors);
      const order = random.float() < 0.5 ? 'new' : 'old';
      const after = BigInt(random.int(0, length + 2));
      const limit = random.int(1, 60);
      const expected = (order === 'new' ? floors.toReversed() : floors)
        .filter((floor) => (order === 'new' ? floor < after : floor > after))
        .slice(0, limit);
      expect(await floorsOf({ order, after, limit })).toEqual(expected);
    }
  });
});

describe('the next chunk', () => {
  it.each([
    ['new', 240n, 6, undefined],
    ['new', 200n, 6, chunkId(list, 2n)],
    ['new', 150n, 6, chunkId(list, 1n)],
    ['new', 20n, 19, undefined],
    ['old', 10n, 6, undefined],
    ['old', 105n, 6, undefined],
    ['old', 107n, 6, chunkId(list, 2n)],
    ['old', 990n, 6, undefined],
  ] as const)('in order %s behind %i, %i rows, is told of: %s', async (order, after, limit, told) => {
    const { floorsOf, near } = setUp(upTo(1_000));
    await floorsOf({ order, after, limit });
    expect(near).toEqual(told === undefined ? [] : [told]);
  });
});

describe('where replies begin', () => {
  it('is asked of all roots at once', async () => {
    const { lists, looks } = setUp([1, 2, 65]);
    const heads = await lists.heads(5n, [1n, 2n]);
    expect([...heads].map(([root, places]) => [root, places.length])).toEqual([
      [1n, 2],
      [2n, 2],
    ]);
    expect(looks).toEqual([[0n, 0n]]);
  });
});

describe('which places a list has', () => {
  it('says the chunk where they stand', async () => {
    const { lists, looks } = setUp([1, 64, 66]);
    const places = [1, 2, 66].map((floor) => ({ id: BigInt(floor) * 10n, floor: BigInt(floor) }));
    const having = await lists.having(list, places);
    expect(places.map(({ id }) => having.has(id))).toEqual([true, false, true]);
    expect(looks).toEqual([[0n, 1n]]);
  });
});
