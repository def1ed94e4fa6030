import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Groups } from './groups.js';

describe('groups of ids', () => {
  it('have what was added and not removed, and are forgotten when they are empty', () => {
    const step = fc.record({
      group: fc.constantFrom('a', 'b'),
      id: fc.integer({ min: 0, max: 3 }),
      add: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const groups = new Groups<number>();
        const model = { a: new Set<number>(), b: new Set<number>() };
        for (const { group, id, add } of steps) {
          if (add) groups.add(group, id);
          else groups.remove(group, id);
          model[group as 'a' | 'b'][add ? 'add' : 'delete'](id);
          expect([...groups.of('a')].sort()).toEqual([...model.a].sort());
          expect([...groups.of('b')].sort()).toEqual([...model.b].sort());
          expect(groups.size).toBe(Number(model.a.size > 0) + Number(model.b.size > 0));
        }
      }),
    );
  });
});
