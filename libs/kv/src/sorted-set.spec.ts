import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Scored, type ScoreRange } from './kv.js';
import { SortedSet } from './sorted-set.js';

const score = fc.integer({ min: -3, max: 3 });
const member = fc.integer({ min: 0, max: 60 }).map((n) => `m${n}`);
const scoredMember = fc.record({ member, score });
const change = fc.oneof(
  fc.record({ add: fc.array(scoredMember, { maxLength: 50 }) }),
  fc.record({ remove: fc.array(member, { maxLength: 50 }) }),
);
const range: fc.Arbitrary<ScoreRange> = fc.record(
  {
    min: score,
    max: score,
    after: scoredMember,
    order: fc.constantFrom('ascending' as const, 'descending' as const),
    limit: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ['order', 'limit'] },
);

const ascending = (a: Scored, b: Scored): number =>
  a.score - b.score || (a.member < b.member ? -1 : +(a.member > b.member));

/** What the port says, without any haste. */
function naiveRange(
  model: ReadonlyMap<string, number>,
  { min, max, after, order, limit }: ScoreRange,
): Scored[] {
  const sign = order === 'ascending' ? 1 : -1;
  return [...model]
    .map(([member, score]) => ({ member, score }))
    .sort((a, b) => sign * ascending(a, b))
    .filter(({ score }) => score >= (min ?? -Infinity) && score <= (max ?? Infinity))
    .filter((scored) => after === undefined || sign * ascending(scored, after) > 0)
    .slice(0, limit);
}

describe('SortedSet', () => {
  it('answers every range as a naive model does, after any changes', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.array(range, { maxLength: 8 }),
        (changes, ranges) => {
          const set = new SortedSet();
          const model = new Map<string, number>();
          for (const step of changes) {
            if ('add' in step) {
              set.add(step.add);
              for (const { member, score } of step.add) model.set(member, score);
            } else {
              set.remove(step.remove);
              for (const member of step.remove) model.delete(member);
            }
          }
          expect(set.size).toBe(model.size);
          for (const one of ranges) expect(set.range(one)).toEqual(naiveRange(model, one));
        },
      ),
    );
  });

  it('is as before, bytes and all, when changes are undone', () => {
    fc.assert(
      fc.property(fc.array(scoredMember), fc.array(change, { maxLength: 5 }), (members, changes) => {
        const set = new SortedSet();
        set.add(members);
        const before = { members: [...set.members()], bytes: set.bytes };
        const undos = changes.map((step) => ('add' in step ? set.add(step.add) : set.remove(step.remove)));
        for (const undo of undos.reverse()) undo();
        expect({ members: [...set.members()], bytes: set.bytes }).toEqual(before);
      }),
    );
  });
});
