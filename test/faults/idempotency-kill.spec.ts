import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@storey/testing';
import { Client, type Answer } from '../support/client.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { attempt, type Settled } from './chaos/attempt.js';
import { Dice } from './chaos/dice.js';
import { Killer } from './chaos/killer.js';
import { amount, tell } from './chaos/proof.js';

const TWINS = 20;
const ROUNDS = amount('PROVE_KEY_ROUNDS', 2);
/** Of the way from the key to the row; the twins that are sent again pass them after each start. */
const POINTS = [
  'events.append.after-commit',
  'job.content',
  'kv.journal.after-write',
  'job.tx',
  'events.append.before-commit',
  'job.committed',
];
const PATH = '/web/v1/subjects/video/keys/comments';

embeddedOnly('dies at points inside the embedded adapters').describe('twenty posts under one key', () => {
  let product: Product;
  let person: Client;
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    person = await new Client(() => product.url).register();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const post = (key: string): Promise<Answer> =>
    person.post(PATH, { text: `under ${key}` }, { headers: { 'idempotency-key': key } });
  const twins = (key: string): Promise<Settled[]> =>
    Promise.all(Array.from({ length: TWINS }, () => attempt(person, () => post(key))));
  const idsOf = (settled: readonly Settled[]): Set<string> =>
    new Set(settled.map(({ answer }) => `${answer.status} ${answer.body.comment?.id}`));

  /** The comment is applied, once. */
  async function expectOneRow(key: string): Promise<void> {
    using stores = new Stores(product.folder.path);
    await eventually(() => {
      const contents = stores
        .sharded('comment', 'comment_content')
        .filter(({ text }) => text === `under ${key}`)
        .map(({ id }) => id);
      const rows = stores.sharded('comment', 'comment_index').filter(({ id }) => contents.includes(id));
      expect([contents.length, rows.length]).toEqual([1, 1]);
    });
  }

  it('at the same time have twenty equal answers and make one comment', async () => {
    const ids = idsOf(await twins('together'));
    expect([...ids]).toEqual([expect.stringMatching(/^202 \d+$/)]);
    await expectOneRow('together');
    const late = await post('together');
    expect(late.headers.get('idempotent-replayed')).toBe('true');
    expect([...ids]).toEqual([`202 ${late.body.comment.id}`]);
  });

  it(
    'make one comment over two kills in their middle, too',
    async () => {
      const dice = new Dice(1);
      const killer = new Killer(product, dice);
      let tries = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = `killed-${round}`;
        const all = twins(key);
        await sleep(dice.between(0, 12)); // from before the first append to after the first answers
        await killer.carryOut([{ point: POINTS[round % POINTS.length] ?? '' }]);
        const settled = await all;
        tries += settled.reduce((sum, each) => sum + each.tries, 0);
        expect([...idsOf(settled)]).toEqual([expect.stringMatching(/^202 \d+$/)]);
        await expectOneRow(key);
      }
      tell('idempotency-kill', { ...Object.fromEntries(killer.deaths), posts: ROUNDS * TWINS, tries });
    },
    60_000 + ROUNDS * 20_000,
  );
});
