import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MinHeap, type Ranked } from './min-heap.js';

const ranked = (rank: number): Ranked => ({ rank, place: -1 });

describe('a min-heap', () => {
  it('has the least on top, and everybody at the place they know, whatever is done', () => {
    const verb = fc.constantFrom('add', 'add', 'rise', 'replace', 'rebuild');
    const step = fc.record({ verb, rank: fc.nat(100), at: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const heap = new MinHeap<Ranked>();
        for (const { verb, rank, at } of steps) {
          const items = [...heap];
          const item = items[at % Math.max(1, items.length)];
          if (verb === 'add') heap.add(ranked(rank));
          else if (verb === 'replace') heap.replaceLeast(ranked(rank));
          else if (verb === 'rise' && item) {
            item.rank += rank;
            heap.risen(item);
          } else if (verb === 'rebuild') {
            for (const [place, other] of items.entries()) other.rank = (other.rank * 31 + place) % 100;
            heap.rebuild((kept) => kept.rank % 5 > 0);
          }
          const now = [...heap];
          expect(now.map(({ place }) => place)).toEqual([...now.keys()]);
          expect(heap.least?.rank).toBe(now.map((one) => one.rank).sort((a, b) => a - b)[0]);
        }
      }),
    );
  });
});
