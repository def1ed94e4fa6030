import { expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { newSubject } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { Dice } from './chaos/dice.js';
import { Killer } from './chaos/killer.js';
import { tell } from './chaos/proof.js';

const COMMENTS = 5;
/** One more than there are steps, and each dies twice: with its effect not noted, and just noted. */
const PLANS = Array.from({ length: 6 }, () => [{ point: 'saga.ran' }, { point: 'saga.noted' }]).flat();

embeddedOnly('reads the database files').describe('the deletion of an account', () => {
  it('ends over deaths of the product in the midst of every step', async () => {
    await using product = await Product.start({ LIMITS: 'off' });
    const [gone, other] = await Promise.all([1, 2].map(() => new Client(() => product.url).register()));
    if (!gone || !other) throw new Error('nobody came');
    const subject = newSubject();
    for (let n = 0; n < COMMENTS; n += 1) await gone.post(`${subject}/comments`, { text: `words ${n}` });
    await gone.put('/web/v1/history/video/seen', { progress: 50, duration: 100 });
    await eventually(async () =>
      expect((await other.get(`${subject}/counts`)).body.counts.all).toBe(COMMENTS),
    );
    const { id } = (await gone.post('/auth/v1/deletion')).body;

    const killer = new Killer(product, new Dice(5));
    await killer.carryOut(PLANS);
    const watch = () => new Client(() => product.url).get(`/auth/v1/deletion/${id}`);
    await eventually(async () => expect((await watch()).body.state).toBe('done'), { timeoutMs: 20_000 });

    await eventually(async () => expect((await other.get(`${subject}/counts`)).body.counts.all).toBe(0));
    expect((await gone.get('/auth/v1/me')).status).toBe(401);
    using stores = new Stores(product.folder.path);
    const [row] = stores.rows('account', `select username from user where id = ${gone.user?.id}`);
    expect(row).toMatchObject({ username: `deleted_${gone.user?.id}` });
    tell('deletion-kill', Object.fromEntries(killer.deaths));
  }, 240_000);
});
