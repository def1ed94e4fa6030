import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { attempt, type Settled } from './chaos/attempt.js';
import { Dice } from './chaos/dice.js';
import { Killer } from './chaos/killer.js';
import { tell } from './chaos/proof.js';

/** Every step on both sides: after it is durable, before anybody hears of it. */
const POINTS = ['tip.held', 'tips.tried', 'tip.tried', 'tip.decided', 'tips.ended', 'tip.told'];
const GIVERS = 3;

embeddedOnly('reads the database files').describe('tips over deaths of the product at every step', () => {
  let product: Product;
  let author: Client;
  let givers: Client[];
  let path: string;

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    author = await new Client(() => product.url).register();
    const { body } = await author.post('/web/v1/subjects/video/tipped/comments', { text: 'worth it' });
    path = `/web/v1/comments/${body.comment.id}/tips`;
    givers = await Promise.all(
      Array.from({ length: GIVERS }, () => new Client(() => product.url).register()),
    );
    for (const giver of givers) {
      const date = new Date().toISOString().slice(0, 10);
      await eventually(async () => {
        const seen = await giver.get(path.replace(/\/tips$/, ''), { headers: { 'x-client-date': date } });
        expect(seen.status).toBe(200);
      });
    }
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const give = (key: string): Promise<Settled[]> =>
    Promise.all(
      givers.map((giver) =>
        attempt(giver, () => giver.post(path, { points: 1 }, { headers: { 'idempotency-key': key } })),
      ),
    );

  function expectOrder(stores: Stores, given: number): void {
    const number = (query: string): number =>
      Number(Object.values(stores.rows('account', query)[0] ?? {})[0]);
    const total = number('select sum(points) from user');
    expect(total).toBe(number(`select sum(amount) from points_entry where kind = 'visit'`));
    expect(number(`select count(*) from tip where state not in ('done', 'cancelled')`)).toBe(0);
    expect(number(`select count(*) from tip where state = 'done'`)).toBe(given);
    expect(number(`select points from user where id = ${author.user?.id}`)).toBe(given);
    const there = stores.sharded('comment', 'comment_tip').map(({ state }) => String(state));
    expect(there).toEqual(there.map(() => 'confirmed'));
    const notices = stores.sharded('comment', 'notification').filter(({ kind }) => kind === 'tip');
    expect([there.length, notices.length]).toEqual([given, given]);
  }

  it(
    'lose and make no point, each ends, and the author is told of each once',
    async () => {
      const dice = new Dice(3);
      const killer = new Killer(product, dice);
      for (const [round, point] of POINTS.entries()) {
        const all = give(`round-${round}`);
        await sleep(dice.between(0, 15));
        await killer.carryOut([{ point }]);
        expect((await all).map(({ answer }) => answer.status)).toEqual(givers.map(() => 202));
      }
      const given = POINTS.length * GIVERS;
      using stores = new Stores(product.folder.path);
      await eventually(() => expectOrder(stores, given), { timeoutMs: 20_000 });
      tell('tips-kill', { ...Object.fromEntries(killer.deaths), tips: given });
    },
    60_000 + POINTS.length * 20_000,
  );
});
