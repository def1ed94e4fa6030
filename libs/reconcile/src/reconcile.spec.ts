import { expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { reconcile, type Comparison, type Difference, type Outcome } from './index.js';

const of = (kind: string, ...ids: string[]): Difference[] => ids.map((id) => ({ kind, id }));

/** Finds what each look in turn shows; the last one stays. */
function showing(looks: readonly (readonly Difference[])[], repair?: Comparison['repair']): Comparison {
  const left = [...looks];
  return {
    name: 'things',
    find: async function* () {
      yield* (left.length > 1 ? left.shift() : left[0]) ?? [];
    },
    ...(repair && { repair }),
  };
}

async function run(comparison: Comparison, repair = false): Promise<Outcome & { readonly left: number }> {
  const clock = new FakeClock();
  const outcomes: Outcome[] = [];
  const running = reconcile([comparison], { clock, repair, onOutcome: (one) => outcomes.push(one) });
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(1000);
  const [outcome] = outcomes;
  if (!outcome) throw new Error('no outcome');
  return { ...outcome, left: await running };
}

it('tells what differs, and still does 2 s later', async () => {
  const outcome = await run(showing([of('stale', '1', '2'), of('stale', '2', '3')]));
  expect(outcome).toEqual({
    name: 'things',
    differences: of('stale', '2'),
    more: false,
    repaired: 0,
    left: 1,
  });
});

it('repairs when it is told to, and tells what is left', async () => {
  const asked: unknown[] = [];
  const repair = async (differences: readonly Difference[]): Promise<void> => void asked.push(differences);
  const both = of('stale', '1', '2');
  const looks = [both, both, of('stale', '2')];
  expect(await run(showing(looks, repair), true)).toMatchObject({
    differences: of('stale', '2'),
    repaired: 1,
  });
  expect(asked).toEqual([both]);
  asked.length = 0;
  expect(await run(showing([both], repair))).toMatchObject({ differences: both, repaired: 0 });
  expect(asked).toEqual([]);
});

it('leaves what has no repair', async () => {
  expect(await run(showing([of('lost', '1')]), true)).toMatchObject({
    differences: of('lost', '1'),
    left: 1,
  });
});

it('keeps a bounded number of differences and says that there are more', async () => {
  const many = of('stale', ...Array.from({ length: 1500 }, (_, n) => String(n)));
  const { differences, more } = await run(showing([many]));
  expect([differences.length, more]).toEqual([1000, true]);
});
