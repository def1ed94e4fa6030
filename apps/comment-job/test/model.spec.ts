import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Comments } from '@storey/comment';
import fc from 'fast-check';
import { Bench } from './bench.js';
import { Intake, Reaction, type Sent } from './commands.js';
import { Model } from './model.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(() => bench[Symbol.asyncDispose]());

/** `on` picks among the comments of before. */
const on = fc.nat({ max: 30 });
const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reply' as const), on }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), on }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), on }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('react' as const),
      on,
      userId: fc.bigInt({ min: 1n, max: 3n }),
      value: fc.constantFrom(Reaction.NONE, Reaction.LIKE, Reaction.DISLIKE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), on }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** A command, and what it does to the model when it is the first of its id. */
interface Step {
  readonly sent: Sent;
  readonly model: (model: Model) => void;
}

function steps(operations: readonly Operation[]): readonly Step[] {
  const intake = new Intake();
  const made: Step[] = [];
  const comments: bigint[] = [];
  const pick = (at: number): bigint => (comments.length === 0 ? 64n : (comments[at % comments.length] ?? 0n));
  const publish = (parentId: bigint): Step => {
    const text = `text ${comments.length}`;
    const sent = intake.publish({ parentId, text });
    comments.push(sent.id);
    return { sent, model: (model) => model.publish(sent.id, parentId, text) };
  };
  for (const operation of operations) made.push(step(operation));
  return made;

  function step(operation: Operation): Step {
    if (operation.do === 'publish') return publish(0n);
    const id = pick(operation.on);
    switch (operation.do) {
      case 'reply':
        return publish(id);
      case 'delete':
        return { sent: intake.remove(id), model: (model) => model.remove(id) };
      case 'edit':
        return { sent: intake.edit(id, `edit of ${id}`), model: (model) => model.edit(id, `edit of ${id}`) };
      case 'react': {
        const sent = intake.react(id, operation.value, operation.userId);
        return { sent, model: (model) => model.react(id, operation.userId, operation.value, sent.id) };
      }
      case 'again':
        return made[operation.on % made.length] ?? publish(0n);
    }
  }
}

it('any commands, cut into any batches, leave what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      async (operations, size) => {
        const model = new Model();
        const all = steps(operations);
        for (let at = 0; at < all.length; at += size) {
          await bench.deliver(all.slice(at, at + size).map(({ sent }) => sent));
        }
        for (const { sent, model: change } of all) if (model.first(sent.id)) change(model);
        const expected = model.comments();
        const records = await new Comments(bench.sql).byIds([...expected.keys()]);
        for (const [id, comment] of expected) expect(records.get(id)).toMatchObject(comment);
        const [type = '', oid = ''] = (all[0]?.sent.key ?? '').split('/');
        const counts = (await bench.countsOf({ type, oid })).map((count) => count ?? 0n);
        expect(counts).toEqual(model.counts());
      },
    ),
    { numRuns: 80 },
  );
  expect(await bench.faults()).toEqual([]);
}, 60_000);
