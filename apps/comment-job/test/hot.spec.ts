import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Rankings } from '@storey/comment';
import { Bench } from './bench.js';
import { Intake, Reaction } from './commands.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 0, 1);

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(() => bench[Symbol.asyncDispose]());

/** Two weeks of a discussion: a favourite of the first day, and a good comment of the fifth that few have met yet. */
it('a late riser overtakes an old favourite that has far more likes, and keeps its place', async () => {
  const intake = new Intake();
  let fans = 0n;
  const publish = (day: number) => intake.publish({}, 1n, BigInt(START + day * DAY_MS));
  const like = (id: bigint, n: number) =>
    Array.from({ length: n }, () => intake.react(id, Reaction.LIKE, (fans += 1n)));

  const favourite = publish(0);
  const disliked = publish(0);
  const late = publish(5);
  await bench.deliver([favourite, disliked, ...like(favourite.id, 120)]);
  await bench.deliver([intake.react(disliked.id, Reaction.DISLIKE, 1n), ...like(disliked.id, 1)]);
  await bench.deliver([late]);

  const { subjectId = 0n } = (await bench.comment(late.id)) ?? {};
  const names = new Map([
    [favourite.id, 'favourite'],
    [disliked.id, 'disliked'],
    [late.id, 'late'],
  ]);
  const ranking = async (): Promise<readonly unknown[]> =>
    (await new Rankings(bench.sql).of({ subjectId, rootId: 0n })).map((id) => names.get(id));

  const days: unknown[] = [await ranking()];
  // Each day the favourite gets more new likes than the other.
  for (let day = 6; day <= 10; day += 1) {
    await bench.deliver([...like(favourite.id, 6), ...like(late.id, 2)]);
    days.push(await ranking());
  }
  expect(days).toEqual([
    ['favourite', 'disliked'],
    ['favourite', 'late', 'disliked'],
    ['favourite', 'late', 'disliked'],
    ['late', 'favourite', 'disliked'],
    ['late', 'favourite', 'disliked'],
    ['late', 'favourite', 'disliked'],
  ]);
  expect(await bench.faults()).toEqual([]);
});
