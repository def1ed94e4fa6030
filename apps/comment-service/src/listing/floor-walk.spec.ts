import { describe, expect, it } from '@jest/globals';
import { FloorWalk, type FloorPage } from './floor-walk.js';
import { type ListPage } from './lists.js';

const list = { subjectId: 5n, rootId: 0n, last: 9n };

/** A list with floors 1 to 9. */
function walked(page: Omit<FloorPage, 'list' | 'but'>) {
  const floors = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n];
  const lists = {
    page: ({ order, after, limit }: ListPage) => {
      const inOrder = order === 'new' ? floors.toReversed() : floors;
      const behind = inOrder.filter(
        (floor) => after === undefined || (order === 'new' ? floor < after : floor > after),
      );
      return Promise.resolve(behind.slice(0, limit).map((floor) => ({ id: floor * 10n, floor })));
    },
  };
  return new FloorWalk(lists).page({ list, but: new Set(), ...page });
}

const behind = (floor: bigint) => ({ position: { kind: 'floor', floor } as const, limit: 3 });
const first = { position: undefined, limit: 3 };

describe('pages by floor', () => {
  it.each<[string, Omit<FloorPage, 'list' | 'but'>, object]>([
    ['the newest', { order: 'new', ...first }, { above: 7n }],
    ['behind them', { order: 'new', ...behind(7n) }, { above: 4n, below: 7n }],
    ['the last', { order: 'new', ...behind(4n) }, { above: 0n, below: 4n }],
    ['from a floor down', { order: 'new', from: 6n, ...first }, { above: 4n, below: 7n }],
    ['the oldest', { order: 'old', ...first }, { above: 0n, below: 3n }],
    ['above them', { order: 'old', ...behind(3n) }, { above: 3n, below: 6n }],
    ['the end', { order: 'old', ...behind(6n) }, { above: 6n }],
    ['from a floor up', { order: 'old', from: 6n, ...first }, { above: 5n, below: 8n }],
  ])('%s stand for all floors between those of their neighbours', async (_, page, covers) => {
    expect((await walked(page)).covers).toEqual(covers);
  });

  it('go on behind the last floor that was shown', async () => {
    expect(await walked({ order: 'new', ...behind(7n) })).toMatchObject({
      ids: [60n, 50n, 40n],
      next: { kind: 'floor', floor: 4n },
    });
    expect(await walked({ order: 'new', ...behind(4n) })).not.toHaveProperty('next');
  });
});
