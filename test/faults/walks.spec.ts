import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { newSubject } from '../support/commenting.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';
import { topology } from '../support/topology/topology.js';
import { Dice } from './chaos/dice.js';
import { amount, seed, tell } from './chaos/proof.js';

/** On real stores a walk takes several times as long. */
const WALKS = amount('PROVE_WALKS', topology === 'embedded' ? 30 : 8);
const ROOTS = `${newSubject()}/comments`;
const STAYING = 60;
const WRITERS = 4;
/** Live comments of one writer, beyond which his oldest is deleted. */
const LIVE = 12;
const ORDERS = ['hot', 'new', 'old'] as const;

describe('a walk by cursor while others write, like and delete', () => {
  const chosen = seed();
  const dice = new Dice(chosen);
  const end = new AbortController();
  let product: Product;
  let writers: readonly Client[];
  let writing: Promise<unknown> = Promise.resolve();
  let written = 0;
  /** List path → those that are in it all the time. */
  const staying = new Map<string, ReadonlySet<string>>();

  const publish = async (client: Client, text: string, parentId?: string): Promise<string> => {
    const { status, body, text: said } = await client.accept(ROOTS, { text, parentId });
    expect(`${status} ${said}`).toMatch(/^202 /);
    return String(body.comment.id);
  };

  const seedList = async (parentId?: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < STAYING; n += 1) {
      ids.push(await publish(writers[n % WRITERS] as Client, `${parentId} stays ${n}`, parentId));
    }
    return ids;
  };

  /** Posts, likes and deletes in both lists until told to end. */
  async function write(client: Client, own: Dice, rootId: string): Promise<void> {
    const live: string[] = [];
    const all = [...staying.values()].flatMap((ids) => [...ids]);
    for (let n = 0; !end.signal.aborted; n += 1) {
      live.push(await publish(client, `comes and goes ${n}`, own.chance(0.5) ? rootId : undefined));
      const value = own.pick(['like', 'dislike', 'none']);
      await client.put(`/web/v1/comments/${own.pick(all)}/reaction`, { value });
      await client.put(`/web/v1/comments/${own.pick(live)}/reaction`, { value: 'like' });
      if (live.length > LIVE) await client.delete(`/web/v1/comments/${live.shift()}`);
      written += 1;
      await sleep(own.between(5, 40));
    }
  }

  beforeAll(async () => {
    tell('walks', { seed: chosen });
    product = await Product.start({ LIMITS: 'off' });
    writers = await Promise.all(
      Array.from({ length: WRITERS }, () => new Client(() => product.url).register()),
    );
    const roots = await seedList();
    const [rootId = ''] = roots;
    await eventually(async () =>
      expect((await writers[1]?.get(`/web/v1/comments/${rootId}`))?.status).toBe(200),
    );
    const replies = await seedList(rootId);
    staying.set(ROOTS, new Set(roots));
    staying.set(`/web/v1/comments/${rootId}/replies`, new Set(replies));
    const reader = new Client(() => product.url);
    for (const [path, ids] of staying) {
      await eventually(async () => expect(await walk(reader, path)).toHaveLength(ids.size));
    }
    writing = Promise.all(writers.map((client) => write(client, dice.split(), rootId)));
  }, 60_000);
  afterAll(async () => {
    end.abort();
    await writing;
    await product[Symbol.asyncDispose]();
  }, 60_000);

  it(
    'shows no row twice and skips none that was there all the time, in every order',
    async () => {
      const stranger = new Client(() => product.url);
      const faults: string[] = [];
      let rows = 0;
      for (let n = 0; n < WALKS; n += 1) {
        const order = dice.pick(ORDERS);
        const [path, ids] = dice.pick([...staying]);
        const who = dice.chance(0.5) ? 'a stranger' : 'a writer';
        const client = who === 'a stranger' ? stranger : dice.pick(writers);
        const seen = await walk(client, path, { query: { sort: order }, limit: () => dice.between(1, 15) });
        rows += seen.length;
        const shown = seen.map(({ id }) => String(id));
        const where = `walk ${n} of ${who} through ${path} by ${order}`;
        const twice = shown.filter((id, i) => shown.indexOf(id) !== i);
        const skipped = [...ids].filter((id) => !shown.includes(id));
        if (twice.length > 0) faults.push(`${where}: twice ${twice.join()}`);
        if (skipped.length > 0) faults.push(`${where}: skipped ${skipped.join()}`);
      }
      expect(faults).toEqual([]);
      tell('walks', { walks: WALKS, rows, written });
    },
    60_000 + WALKS * 3000,
  );
});
