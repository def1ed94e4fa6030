import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { CompiledQuery } from 'kysely';
import { Bench } from './bench.js';
import { Decision, Intake, Reaction, type Sent } from './commands.js';

const READS = /^(?:select|update|delete)/;

const texts = new Set<string>();
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open(systemClock, { onStatement: (text) => void texts.add(text) });
});
afterAll(() => bench[Symbol.asyncDispose]());

/** All that the writer does, several of each at once: which plan is chosen depends on how many rows a statement names. */
async function everyCommand(): Promise<void> {
  texts.clear(); // of the migrations
  const intake = new Intake();
  const roots = Array.from({ length: 6 }, () => intake.publish());
  await bench.deliver(roots);
  const each = (make: (id: bigint) => Sent): readonly Sent[] => roots.map(({ id }) => make(id));
  await bench.deliver(each((parentId) => intake.publish({ parentId })));
  await bench.deliver(each((id) => intake.edit(id, 'changed')));
  await bench.deliver(each((id) => intake.react(id, Reaction.LIKE)));
  await bench.deliver(each((id) => intake.report(id)));
  await bench.deliver(each((id) => intake.pin(id)));
  await bench.deliver(each((id) => intake.decide(id, Decision.REJECT)));
  await bench.deliver(each((id) => intake.remove(id)));
}

it('reads the rows that are named, however many its subject has', async () => {
  await everyCommand();
  const asked = [...texts].filter((text) => READS.test(text));
  const plans = await Promise.all(
    asked.map(async (text) => {
      const explained = CompiledQuery.raw(`explain query plan ${text}`);
      const { rows } = await bench.sql.read.executeQuery<{ detail: string }>(explained);
      return { text, plan: rows.map(({ detail }) => detail) };
    }),
  );
  const grows = /^SCAN (?!CONSTANT)|\(subject_id=\?\)/;
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter(({ plan }) => plan.some((step) => grows.test(step)))).toEqual([]);
});
