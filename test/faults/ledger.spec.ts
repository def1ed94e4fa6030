import { expect, it } from '@jest/globals';
import { embeddedOnly } from '../support/topology/topology.js';
import { type Dice } from './chaos/dice.js';
import { type Plan } from './chaos/killer.js';
import { live } from './chaos/live.js';
import { amount } from './chaos/proof.js';

/** Before the commit of a batch: it is applied when it comes again. After it: it comes again all the same. */
const UNCOMMITTED = ['job.content', 'job.tx'];
const COMMITTED = ['job.committed', 'job.batch'];
/** With how often each is passed in a few seconds of this load, about. */
const PORT_POINTS = [
  ['events.append.before-commit', 150],
  ['events.append.after-commit', 150],
  ['events.deliver.before-handle', 150],
  ['events.deliver.before-commit', 150],
  ['kv.journal.before-write', 250],
  ['kv.journal.after-write', 250],
  ['relay.claimed', 60],
  ['relay.sent', 60],
  ['relay.marked', 60],
  ['hist.kv', 40],
  ['hjob.upsert', 6],
  ['hjob.committed', 10],
] as const;

/** Three of four deaths in the middle of a batch of the writer. */
const batchPlans = (dice: Dice, kills: number): Plan[] =>
  Array.from({ length: kills }, (_, i) =>
    i % 4 === 3
      ? {}
      : { point: dice.pick(i % 4 === 1 ? UNCOMMITTED : COMMITTED), nth: dice.between(10, 100) },
  );

/** Every point once before any is met again. */
function portPlans(dice: Dice, kills: number): Plan[] {
  const rounds = Array.from({ length: Math.ceil(kills / PORT_POINTS.length) }, () =>
    dice.shuffled(PORT_POINTS),
  );
  return rounds
    .flat()
    .slice(0, kills)
    .map(([point, often]) => ({ point, nth: dice.between(1, often) }));
}

/*
 * Proven able to fail. Red after a few deaths each: the writer without its inbox and its look for a comment of the same
 * id (floors), history without the sweeper (progress lost and come back), `accept` that answers before the log has the
 * command (accepted but not stored). The inbox alone taken away stays green: applying twice has no effect of its own.
 */
const inside = 'dies inside of the embedded adapters, and reads their files';
embeddedOnly(inside).describe('what was promised, over deaths of the whole product under load', () => {
  const kills = amount('PROVE_KILLS', 5);
  it(
    'is kept when it dies in the middle of batches of the writer, and at any moment',
    async () => {
      const killer = await live('ledger, batches', (dice) => batchPlans(dice, kills - 1));
      expect(killer.count(/./)).toBe(kills);
      expect(killer.count(/^job\./)).toBeGreaterThanOrEqual(Math.floor(kills / 2));
    },
    90_000 + kills * 10_000,
  );

  const portKills = amount('PROVE_POINT_KILLS', 3);
  it(
    'is kept when it dies inside the log, the kv journal, the outbox and the history path',
    async () => {
      const killer = await live('ledger, ports', (dice) => portPlans(dice, portKills - 1));
      expect(killer.count(/./)).toBe(portKills);
    },
    90_000 + portKills * 10_000,
  );
});
