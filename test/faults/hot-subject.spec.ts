import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type Client } from '../support/client.js';
import { Commenting, newSubject } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Dice } from './chaos/dice.js';
import { amount, seed, tell } from './chaos/proof.js';

const WINDOW_MS = amount('PROVE_HOT_MS', 3000);
/** How many times fewer round trips a read must take. A busy machine reads less between two changes. */
const FALL = amount('PROVE_KV_FALL', 3);
const OTHERS = 20;
const CLIENTS = 12;
const QUERY = 'comments?sort=new';

describe('a subject that takes most of the traffic', () => {
  const chosen = seed();
  const dice = new Dice(chosen);
  const hot = newSubject();
  const others = Array.from({ length: OTHERS }, newSubject);
  let product: Product;
  let writers: readonly Client[];
  const commenting = new Commenting(() => product);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    writers = await Promise.all(Array.from({ length: 4 }, () => commenting.anyone().register()));
    for (const path of [hot, ...others]) await commenting.post(writers[0] as Client, path, `under ${path}`);
    await eventually(async () => {
      for (const path of [hot, ...others]) expect((await commenting.list(path)).comments).toHaveLength(1);
    });
  }, 120_000);
  afterAll(() => product[Symbol.asyncDispose]());

  /** Of all lines of the metrics that begin so. */
  async function sumOf(name: string): Promise<number> {
    const lines = (await product.metrics()).split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  const lookUps = async (): Promise<number> =>
    (await sumOf('storey_kv_calls_total{store="cache",verb="getOrLease"')) +
    (await sumOf('storey_kv_calls_total{store="cache",verb="mget"'));

  const read = async (path: string, client = commenting.anyone()): Promise<void> => {
    // A small machine that is asked for more than it can do says so.
    expect([200, 504]).toContain((await client.get(`${path}/${QUERY}`)).status);
  };

  /** All clients at once, for so long. @returns how many turns they took together. */
  async function during(ms: number, turn: (own: Dice) => Promise<void>): Promise<number> {
    const end = performance.now() + ms;
    let turns = 0;
    const one = async (own: Dice): Promise<void> => {
      while (performance.now() < end) {
        await turn(own);
        turns += 1;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, () => one(dice.split())));
    return turns;
  }

  it('is served from copies within five seconds, shows what is new within one, and hardly asks the shared cache', async () => {
    tell('hot subject', { seed: chosen });
    for (const path of others) await read(path);
    const before = await lookUps();
    for (const path of others) await read(path);
    const perColdRead = ((await lookUps()) - before) / OTHERS;

    const copiesBefore = await sumOf('storey_page_reads_total{use="fresh"');
    await during(2000, (own) => read(own.chance(0.8) ? hot : own.pick(others)));
    expect((await sumOf('storey_page_reads_total{use="fresh"')) - copiesBefore).toBeGreaterThan(0);

    let posts = 0;
    const start = await lookUps();
    const turns = await during(WINDOW_MS, async (own) => {
      if (own.chance(0.9)) return read(hot);
      const text = `comment ${(posts += 1)} of the window`;
      await commenting.post(own.pick(writers), hot, text);
    });
    const perHotRead = ((await lookUps()) - start) / (turns - posts);
    const fall = perColdRead / perHotRead;
    tell('hot subject', { reads: turns - posts, posts, perColdRead, perHotRead: perHotRead.toFixed(3) });
    expect(posts).toBeGreaterThan(0);
    expect(fall).toBeGreaterThan(FALL);

    const { id } = await commenting.post(writers[0] as Client, hot, 'the last one');
    await eventually(
      async () => {
        const newest = await Promise.all(Array.from({ length: 8 }, () => commenting.list(hot)));
        expect(newest.map(({ comments }) => comments[0].id)).toEqual(newest.map(() => id));
      },
      { timeoutMs: 5000, everyMs: 50 },
    );
  });
});
