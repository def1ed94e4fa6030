import { afterEach, expect, it } from '@jest/globals';
import { dropTestDatabases, useMysql } from '@storey/testing';

useMysql();

const { Bench } = await import('./bench.js');
const { Intake, Reaction } = await import('./commands.js');

afterEach(() => dropTestDatabases());

/** A subject has one writer, but the last one may still be at work when the next begins. */
it('makes one subject of what two writers begin at the same moment, and gives no floor twice', async () => {
  await using bench = await Bench.open();
  const intakes = Array.from({ length: 12 }, () => new Intake());
  const batches = intakes.map((intake) => [[intake.publish()], [intake.publish()]]);
  await Promise.all(batches.flat().map((batch) => bench.deliver(batch)));
  expect(bench.buried).toEqual([]);
  for (const [first = [], second = []] of batches) {
    const floors = await bench.floorsOf([...first, ...second]);
    expect(floors.toSorted()).toEqual([1n, 2n]);
  }
  expect(await bench.faults()).toEqual([]);
});

it('counts each click of two writers at the same comment', async () => {
  await using bench = await Bench.open();
  const intake = new Intake();
  const root = intake.publish();
  await bench.deliver([root]);
  const clicks = Array.from({ length: 40 }, (_, n) => intake.react(root.id, Reaction.LIKE, BigInt(n + 1)));
  await Promise.all(clicks.map((click) => bench.deliver([click])));
  expect(await bench.comment(root.id)).toMatchObject({ likes: 40n });
  expect(await bench.faults()).toEqual([]);
});
