import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { encodePosition } from '../src/listing/positions.js';
import { Bench, alice } from './bench.js';
import { seed } from './seed.js';
import { watched, type Asked, type Watched } from './watched-ports.js';

const { Sort } = comment;
const ROOTS = 2_000;
const LARGE = 'large';
const SMALL = 'small';

let bench: Bench;
let asked: Asked;
let idle: Watched['idle'];

beforeAll(async () => {
  bench = await Bench.open({
    prepare: async (platform) => {
      await seed(platform, { subject: { type: 'video', oid: LARGE }, roots: ROOTS, replies: 3 });
      await seed(platform, { subject: { type: 'video', oid: SMALL }, roots: 70, replies: 3 });
      const seen = watched(platform);
      ({ asked, idle } = seen);
      return seen.platform;
    },
  });
  // The ids that exist are read in the background.
  await eventually(async () => {
    const { statements } = asked;
    await sleep(200);
    expect(asked.statements).toBe(statements);
  });
}, 60_000);

afterAll(() => bench.close());

beforeEach(() => bench.platform.ports.kvCache.flush());

const from = (floor: number): Uint8Array => encodePosition({ kind: 'floor', floor: BigInt(floor) });

async function cost(read: () => Promise<unknown>): Promise<Asked> {
  await idle();
  const before = { ...asked };
  await read();
  await idle();
  return { rounds: asked.rounds - before.rounds, statements: asked.statements - before.statements };
}

async function rootOnTop(oid: string): Promise<bigint> {
  const { comments } = await bench.list(undefined, { oid, limit: 1 });
  return comments[0]?.id ?? 0n;
}

describe.each([
  ['a small subject', { oid: SMALL }],
  ['page 1', { oid: LARGE }],
  ['a deep page', { oid: LARGE, position: from(1_000) }],
  ['the last page', { oid: LARGE, position: from(15) }],
  ['the first page from below', { oid: LARGE, sort: Sort.OLD }],
  ['a deep page from below', { oid: LARGE, sort: Sort.OLD, position: from(1_000) }],
  ['a floor', { oid: LARGE, floor: 777n }],
])('%s', (_, page) => {
  it.each([5, 20, 50])('of %i roots costs four statements when it is cold', async (limit) => {
    const cold = await cost(() => bench.list(undefined, { ...page, limit }));
    expect(cold.statements).toBe(4);
  });

  it.each([5, 20, 50])(
    'of %i roots costs four round trips and no statement when it is warm',
    async (limit) => {
      const first = await bench.list(undefined, { ...page, limit });
      expect(await cost(() => bench.list(undefined, { ...page, limit }))).toEqual({
        rounds: 4,
        statements: 0,
      });
      expect(await bench.list(undefined, { ...page, limit })).toEqual(first);
    },
  );

  it('costs a viewer no more, with all of his reactions', async () => {
    await bench.list(alice, page);
    expect(await cost(() => bench.list(alice, page))).toEqual({ rounds: 4, statements: 0 });
  });
});

describe('replies under a root', () => {
  it('cost four statements cold, four round trips warm', async () => {
    const root = await rootOnTop(LARGE);
    await bench.platform.ports.kvCache.flush();
    expect(await cost(() => bench.replies(undefined, root))).toMatchObject({ statements: 4 });
    await bench.replies(alice, root);
    for (const viewer of [undefined, alice]) {
      expect(await cost(() => bench.replies(viewer, root))).toEqual({ rounds: 4, statements: 0 });
    }
  });
});

describe('a page', () => {
  it('says the version of its subject', async () => {
    const { version, comments } = await bench.list(undefined, { oid: SMALL });
    expect(version).toBe(280n);
    expect((await bench.replies(undefined, comments[0]?.id ?? 0n)).version).toBe(280n);
  });

  it('holds the first replies under each root', async () => {
    const { comments } = await bench.list(undefined, { oid: SMALL, limit: 50, preview: 2 });
    expect(comments.map(({ floor }) => Number(floor))).toEqual(
      Array.from({ length: 50 }, (_, at) => 70 - at),
    );
    for (const { replies } of comments) expect(replies.map(({ floor }) => floor)).toEqual([1n, 2n]);
  });

  it('that a thousand read at once while it is cold is loaded once', async () => {
    const page = { oid: LARGE, limit: 3 };
    const readers = () => Promise.all(Array.from({ length: 1_000 }, () => bench.list(undefined, page)));
    expect(await cost(readers)).toMatchObject({ statements: 4 });
  }, 20_000);

  it('is loaded about once when the cache loses everything under its readers', async () => {
    const page = { oid: LARGE, limit: 20 };
    await bench.list(undefined, page);
    const reader = async (): Promise<void> => {
      for (let time = 0; time < 8; time += 1) await bench.list(undefined, page);
    };
    const spent = await cost(async () => {
      const readers = Promise.all(Array.from({ length: 40 }, reader));
      await bench.list(undefined, page);
      await bench.platform.ports.kvCache.flush();
      await readers;
    });
    expect(spent.statements).toBeGreaterThan(0);
    expect(spent.statements).toBeLessThanOrEqual(6);
  }, 20_000);
});
