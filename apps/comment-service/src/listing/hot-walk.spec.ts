import { describe, expect, it } from '@jest/globals';
import { type Place } from '@storey/comment';
import { FloorWalk } from './floor-walk.js';
import { HotWalk, type HotPage } from './hot-walk.js';
import { Lists } from './lists.js';
import { type RankingReader } from './ranking-reader.js';
import { type Walked } from './walk.js';

const floors = Array.from({ length: 10 }, (_, at) => BigInt(at + 1));
const list = { subjectId: 5n, rootId: 0n, last: 10n };

/** A list with floors 1 to 10, whose 7th and 3rd are ranked; an id is ten times a floor. */
function pages(
  limit: number,
  { last = list.last, lacks = [] }: { last?: bigint; lacks?: readonly bigint[] } = {},
): Promise<readonly Walked[]> {
  const served = floors.filter((floor) => !lacks.includes(floor));
  const places: readonly Place[] = served.map((floor) => ({ id: floor * 10n, floor }));
  const getMany = () => Promise.resolve(new Map([['5/0/0', places]]));
  const lists = new Lists(
    { getMany, getSome: getMany },
    { page: () => Promise.reject(new Error('no statement is needed')) },
  );
  const epoch = { number: 1n, ids: [70n, 30n] };
  const current = () => Promise.resolve(epoch);
  const rankings = { current, at: current } as unknown as RankingReader;
  const walk = new HotWalk(lists, rankings, new FloorWalk(lists));
  const shown: HotPage['shown'] = (ids) => Promise.resolve(new Set(ids));
  const read = async (position: HotPage['position']): Promise<readonly Walked[]> => {
    const page = await walk.page({ list: { ...list, last }, position, limit, shown, but: new Set() });
    return page.next ? [page, ...(await read(page.next))] : [page];
  };
  return read(undefined);
}

describe('a walk of hot', () => {
  it('shows the ranking, then the rest from the newest down', async () => {
    const ids = (await pages(3)).map((page) => page.ids.map((id) => Number(id) / 10));
    expect(ids).toEqual([[7, 3, 10], [9, 8, 6], [5, 4, 2], [1]]);
  });

  it('is bounded by the end of the list when it began', async () => {
    const ids = (await pages(20, { last: 8n })).flatMap((page) => page.ids);
    expect(ids).toEqual([70n, 30n, 80n, 60n, 50n, 40n, 20n, 10n]);
  });

  it.each([1, 2, 3, 4, 20])(
    'has one page for each floor that the list as served lacks, of %i',
    async (limit) => {
      const all = await pages(limit, { lacks: [2n, 6n, 9n] });
      const standFor = [2n, 6n, 9n, 11n, 12n].map(
        (floor) =>
          all.filter(
            ({ covers: { above, below } }) => floor > above && (below === undefined || floor < below),
          ).length,
      );
      expect(standFor).toEqual([1, 1, 1, 1, 1]);
      expect(all.every(({ covers }) => covers.but?.has(70n))).toBe(true);
    },
  );
});
