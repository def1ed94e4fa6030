import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Comments, Worklists } from '@storey/comment';
import fc from 'fast-check';
import { Bench } from './bench.js';
import { Decision, Intake, Reaction, type Sent } from './commands.js';
import { Model, NEVER } from './model.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(() => bench[Symbol.asyncDispose]());

/** `on` picks among the comments of before. */
const on = fc.nat({ max: 30 });
const held = fc.boolean();
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const), held }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reply' as const), on, held }) },
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
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pin' as const), on, pinned: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('report' as const), on, userId: fc.bigInt(1n, 3n) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      on,
      decision: fc.constantFrom(
        Decision.APPROVE,
        Decision.HIDE,
        Decision.DELETE,
        Decision.RESTORE,
        Decision.REJECT,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), on }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const EVERYTHING = 10_000;

/** A command, and what it does to the model when it is the first of its id. */
interface Step {
  readonly sent: Sent;
  readonly target: bigint;
  readonly change: (model: Model) => void;
}

function steps(operations: readonly Operation[]): readonly Step[] {
  const intake = new Intake();
  const made: Step[] = [];
  const comments: bigint[] = [];
  const pick = (at: number): bigint =>
    comments.length === 0 ? NEVER : (comments[at % comments.length] ?? 0n);
  const publish = (parentId: bigint, isHeld = false): Step => {
    const text = `text ${comments.length}`;
    const sent = intake.publish({ parentId, text, reviewReason: isHeld ? 'policy' : '' });
    comments.push(sent.id);
    return { sent, target: parentId, change: (model) => model.publish(sent.id, parentId, text, isHeld) };
  };
  for (const operation of operations) made.push(step(operation));
  return made;

  function step(operation: Operation): Step {
    if (operation.do === 'publish') return publish(0n, operation.held);
    const id = pick(operation.on);
    switch (operation.do) {
      case 'reply':
        return publish(id, operation.held);
      case 'delete':
        return { sent: intake.remove(id), target: id, change: (model) => model.remove(id) };
      case 'edit': {
        const text = `edit ${made.length} of ${id}`;
        const sent = intake.edit(id, text);
        return { sent, target: id, change: (model) => model.edit(id, text, sent.id) };
      }
      case 'react': {
        const sent = intake.react(id, operation.value, operation.userId);
        return {
          sent,
          target: id,
          change: (model) => model.react(id, operation.userId, operation.value, sent.id),
        };
      }
      case 'pin': {
        const { pinned } = operation;
        return { sent: intake.pin(id, pinned), target: id, change: (model) => model.pin(id, pinned) };
      }
      case 'report': {
        const { userId } = operation;
        return { sent: intake.report(id, userId), target: id, change: (model) => model.report(id, userId) };
      }
      case 'decide': {
        const { decision } = operation;
        return {
          sent: intake.decide(id, decision),
          target: id,
          change: (model) => model.decide(id, decision),
        };
      }
      case 'again':
        return made[operation.on % made.length] ?? publish(0n);
    }
  }
}

/** Delivers commands in batches of `size`, in this order, and compares what they left with the model. */
async function expectAsModelled(arrived: readonly Step[], size: number): Promise<void> {
  const model = new Model();
  for (let at = 0; at < arrived.length; at += size) {
    await bench.deliver(arrived.slice(at, at + size).map(({ sent }) => sent));
  }
  for (const { sent, target, change } of arrived) model.arrive({ id: sent.id, target, change });
  const expected = model.comments();
  const records = await new Comments(bench.sql).byIds([...expected.keys()]);
  for (const [id, comment] of expected) expect(records.get(id)).toMatchObject(comment);
  const worklists = new Worklists(bench.sql);
  const mine = (ids: readonly bigint[]) => new Set(ids.filter((id) => expected.has(id)));
  expect(mine(await worklists.inReview(0n, EVERYTHING))).toEqual(model.inReview);
  expect(mine(await worklists.reported(EVERYTHING))).toEqual(model.reported);
  const [type = '', oid = ''] = (arrived[0]?.sent.key ?? '').split('/');
  const counts = (await bench.countsOf({ type, oid })).map((count) => count ?? 0n);
  expect(counts).toEqual(model.counts());
  expect((await bench.subjectOf({ type, oid }))?.pinnedIds ?? []).toEqual(model.pins);
  expect(await bench.parked()).toEqual([]);
}

const operations = fc.array(operation, { minLength: 1, maxLength: 40 });
const size = fc.integer({ min: 1, max: 40 });

it('any commands, cut into any batches, leave what the model says', async () => {
  const property = fc.asyncProperty(operations, size, (operations, size) =>
    expectAsModelled(steps(operations), size),
  );
  await fc.assert(property, { numRuns: 80 });
  expect(await bench.faults()).toEqual([]);
}, 60_000);

/** Those of the second door come later, in their order: by so many commands each, where it is not 0. */
function byTwoDoors(made: readonly Step[], delays: readonly number[]): readonly Step[] {
  let last = 0;
  const placed = made.map((step, at) => {
    const delay = delays[at % delays.length] ?? 0;
    if (delay > 0) last = Math.max(last, at + delay + 0.5);
    return { step, at: delay > 0 ? last : at };
  });
  return placed.toSorted((a, b) => a.at - b.at).map(({ step }) => step);
}

it('any commands that came by two doors, cut into any batches, leave what the model says', async () => {
  const delays = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })), {
    minLength: 1,
    maxLength: 40,
  });
  const property = fc.asyncProperty(operations, delays, size, (operations, delays, size) =>
    expectAsModelled(byTwoDoors(steps(operations), delays), size),
  );
  await fc.assert(property, { numRuns: 120 });
  expect(await bench.faults()).toEqual([]);
}, 90_000);
