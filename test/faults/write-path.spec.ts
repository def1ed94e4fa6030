import { expect } from '@jest/globals';
import { embeddedOnly } from '../support/topology/topology.js';
import { type Dice } from './chaos/dice.js';
import { type Plan } from './chaos/killer.js';
import { live } from './chaos/live.js';
import { amount } from './chaos/proof.js';

const ROUNDS = amount('PROVE_POINT_ROUNDS', 1);
/** Late enough for visitors to be answered in each life, early enough to be met in it. */
const PASSES = [20, 60] as const;
const LIVES = 5;
const DEATH_MS = 20_000;

/** From the command in the log to its event in the log, in the order in which one comes by. */
const POINTS = [
  'job.begun',
  'job.content',
  'job.tx',
  'job.batch',
  'job.committed',
  'events.deliver.before-commit',
  'relay.claimed',
  'relay.sent',
  'relay.marked',
] as const;

const plans = (dice: Dice): Plan[] =>
  Array.from({ length: ROUNDS }, () => dice.shuffled(POINTS))
    .flat()
    .map((point) => ({ point, nth: dice.between(...PASSES), lives: LIVES }));

embeddedOnly('dies inside of the product, and reads its files').it(
  'what was promised is kept when the writer and the relay die at every named point of the way of a comment',
  async () => {
    const killer = await live('write path', plans);
    const met = POINTS.map((point) => [point, killer.deaths.get(point)]);
    expect(met).toEqual(POINTS.map((point) => [point, ROUNDS]));
  },
  90_000 + ROUNDS * POINTS.length * DEATH_MS,
);
