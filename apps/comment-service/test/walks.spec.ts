import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Listings, commentMigrations, hotKey, type CommentDb } from '@storey/comment';
import { SeededRandom, type Principal, type Random } from '@storey/context';
import { comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { type Sql } from '@storey/sql';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, moderator, person } from './bench.js';
import { commentJob } from './job.js';

const { Reaction, Sort } = comment;

/** How many random walks; `npm run prove` asks for more. */
const WALKS = Number(process.env['PROVE_WALKS'] ?? 32);
const SORTS = [Sort.HOT, Sort.NEW, Sort.OLD] as const;
const SEEDED = 40;
/** Walks in one subject, which grows with each; then another is made. */
const WALKS_A_SUBJECT = 30;

let bench: Bench;
let sql: Sql<CommentDb>;
let oid: string;
let subjectId: bigint;
/** A root that gets many replies, walked as the roots are. */
let root: bigint;

beforeAll(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
  sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
  await makeSubject(0);
}, 60_000);

afterAll(() => bench.close());

async function makeSubject(number: number): Promise<void> {
  oid = `walked-${number}`;
  root = await bench.post(alice, 'root', { oid });
  await bench.applied(alice, root);
  subjectId = (await bench.list(undefined, { oid })).subject?.id ?? 0n;
  const random = new SeededRandom(number);
  const posted = Array.from({ length: SEEDED }, async (_, n) => {
    const id = await bench.post(bob, `root ${n}`, { oid });
    const reply = await bench.post(bob, `reply ${n}`, { oid, parentId: root });
    if (n % 2 === 0) await likes([id, reply], random).catch(goneAlready);
  });
  await Promise.all(posted);
  const shown = async () =>
    expect([await shownNow(0n), await shownNow(root)].flat()).toHaveLength(2 * SEEDED + 1);
  await eventually(shown, { timeoutMs: 15_000 });
}

async function shownNow(rootId: bigint): Promise<readonly bigint[]> {
  const page = { subjectId, rootId, order: 'old', limit: 1000 } as const;
  const listings = new Listings(sql);
  const found: bigint[] = [];
  for (let after = 0n; ;) {
    const places = await listings.page({ ...page, after });
    found.push(...places.map(({ id }) => id));
    const last = places.at(-1);
    if (!last || places.length < page.limit) return found;
    after = last.floor;
  }
}

async function likes(ids: readonly bigint[], random: Random): Promise<void> {
  const value = random.float() < 0.8 ? Reaction.LIKE : Reaction.DISLIKE;
  const fan = person(random.int(1000, 1010));
  for (const id of ids) await bench.as(fan, (client) => client.react({ id, value }, SLOW));
}

/** What happens while somebody walks, nobody waiting until it is applied. */
async function disturb(random: Random, rootId: bigint, walked: World): Promise<void> {
  const dice = random.float();
  const some = walked.atStart[random.int(0, walked.atStart.length - 1)] ?? 0n;
  if (dice < 0.35) {
    const author = random.float() < 0.5 ? alice : bob;
    await bench.post(author, `later ${random.float()}`, { oid, parentId: rootId });
  } else if (dice < 0.7) await likes([some], random).catch(goneAlready);
  else if (dice < 0.78 && some !== root) {
    deleted.add(some);
    await bench.as(moderator, (client) => client.delete({ id: some }, SLOW)).catch(goneAlready);
  } else if (dice < 0.9) {
    // The next who begins gets another ranking.
    await bench.platform.ports.kvState.delete([hotKey(rootId || subjectId)]);
    await page(undefined, rootId, Sort.HOT, new Uint8Array(), 3);
  }
}

function goneAlready(error: unknown): void {
  if (!isAppError(error) || error.kind !== 'not_found') throw error;
}

interface World {
  readonly atStart: readonly bigint[];
}

/** By any walk so far: a deletion of the walk before may be applied in the midst of the next. */
const deleted = new Set<bigint>();

async function page(
  walker: Principal | undefined,
  rootId: bigint,
  sort: comment.Sort,
  position: Uint8Array,
  limit: number,
): Promise<{ comments: comment.Comment[]; nextPosition: Uint8Array }> {
  if (rootId === 0n) return bench.list(walker, { oid, sort, position, limit, preview: 1 });
  return bench.replies(walker, rootId, { sort, position, limit });
}

async function walk(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const sort = SORTS[seed % SORTS.length] ?? Sort.HOT;
  const rootId = random.float() < 0.5 ? 0n : root;
  const walker = random.float() < 0.5 ? alice : undefined;
  // Of the walker's own, also those that are not applied yet must be met.
  const own = walker ? [await bench.post(walker, `own ${seed}`, { oid, parentId: rootId })] : [];
  const world: World = { atStart: await shownNow(rootId) };
  // What was stored a moment ago is not told of yet: who begins now may be served what is older.
  await bench.platform.ports.kvCache.flush();
  const met: comment.Comment[] = [];
  let position: Uint8Array = new Uint8Array();
  do {
    const result = await page(walker, rootId, sort, position, random.int(1, 15));
    met.push(...result.comments);
    position = result.nextPosition;
    if (random.float() < 0.7) await disturb(random, rootId, world);
  } while (position.length > 0);
  check(`seed ${seed}`, met, { atStart: [...world.atStart, ...own] }, sort);
}

function check(name: string, met: readonly comment.Comment[], world: World, sort: comment.Sort): void {
  const ids = met.map(({ id }) => id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  expect([name, 'twice', twice]).toEqual([name, 'twice', []]);
  const skipped = world.atStart.filter((id) => !deleted.has(id) && !ids.includes(id));
  expect([name, 'skipped', skipped]).toEqual([name, 'skipped', []]);
  if (sort === Sort.HOT) return;
  const floors = met.map(({ floor }) => floor).filter((floor) => floor > 0n);
  const inOrder = floors.toSorted((a, b) => (a < b === (sort === Sort.OLD) ? -1 : 1));
  expect([name, floors]).toEqual([name, inOrder]);
}

describe('a walk by cursor, while others write, like and delete', () => {
  it(
    `meets every row once (${WALKS} random walks)`,
    async () => {
      for (let seed = 1; seed <= WALKS; seed += 1) {
        if (seed % WALKS_A_SUBJECT === 0) await makeSubject(seed);
        await walk(seed);
      }
    },
    20_000 + WALKS * 1000,
  );
});

describe('hot', () => {
  it('meets a pending comment of mine once, also when it is applied while I walk', async () => {
    const other = { oid: 'pending' };
    const liked = await bench.post(bob, 'liked', other);
    await bench.post(bob, 'plain', other);
    await likes([liked], new SeededRandom(1));
    await bench.applied(bob, await bench.post(bob, 'last', other));
    await eventually(async () => {
      const { comments } = await bench.list(undefined, { ...other, sort: Sort.OLD });
      expect(comments.map((each) => each.likes)).toEqual([1n, 0n, 0n]);
    });
    await bench.stopJob();
    const own = await bench.post(alice, 'mine', other);
    const first = await bench.list(alice, { ...other, sort: Sort.HOT, limit: 1 });
    expect(first.comments.map(({ text }) => text)).toEqual(['mine', 'liked']);
    await bench.startJob(commentJob);
    await bench.applied(alice, own);
    const rest = await bench.list(alice, { ...other, sort: Sort.HOT, position: first.nextPosition });
    expect(rest.comments.map(({ text }) => text)).toEqual(['last', 'plain']);
  });

  it('begins with what is liked most and ends with what nobody liked, newest first', async () => {
    const other = { oid: 'ranked' };
    const ids: bigint[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await bench.post(bob, `ranked ${n}`, other));
    const [plain, good, mixed, best] = ids;
    const vote = (id = 0n, who: number, value: comment.Reaction) =>
      bench.as(person(who), (client) => client.react({ id, value }, SLOW));
    await bench.applied(bob, ids.at(-1) ?? 0n);
    for (let who = 1; who <= 6; who += 1) await vote(best, who, Reaction.LIKE);
    for (let who = 1; who <= 2; who += 1) await vote(good, who, Reaction.LIKE);
    for (let who = 1; who <= 4; who += 1) await vote(mixed, who, who % 2 ? Reaction.LIKE : Reaction.DISLIKE);
    await vote(plain, 1, Reaction.DISLIKE);
    await eventually(async () => {
      const { comments } = await bench.list(undefined, { ...other, sort: Sort.NEW });
      expect(comments.map((each) => Number(each.likes + each.dislikes))).toEqual([0, 6, 4, 2, 1]);
    });
    const { comments } = await bench.list(undefined, { ...other, sort: Sort.HOT });
    expect(comments.map(({ text }) => text)).toEqual([
      'ranked 3',
      'ranked 1',
      'ranked 2',
      'ranked 4',
      'ranked 0',
    ]);
  });

  it('says so when the ranking behind a cursor is gone', async () => {
    const first = await bench.list(undefined, { oid, sort: Sort.HOT, limit: 2 });
    const { kvState } = bench.platform.ports;
    await kvState.flush();
    await expect(
      bench.list(undefined, { oid, sort: Sort.HOT, limit: 2, position: first.nextPosition }),
    ).rejects.toMatchObject({ kind: 'invalid', code: 'COMMON_CURSOR_EXPIRED' });
  });

  it('refuses a position that is none', async () => {
    await expect(
      bench.list(undefined, { oid, sort: Sort.HOT, position: Uint8Array.of(9, 9) }),
    ).rejects.toMatchObject({ code: 'COMMON_CURSOR_INVALID' });
  });

  it('falls back to new, and says so, when no ranking is to be had', async () => {
    const { kvState } = bench.platform.ports;
    await kvState.close();
    const first = await bench.list(undefined, { oid, sort: Sort.HOT, limit: 5 });
    expect(first.degraded).toEqual(['order']);
    const position = first.nextPosition;
    const second = await bench.list(undefined, { oid, sort: Sort.HOT, limit: 5, position });
    const floors = [...first.comments, ...second.comments].map(({ floor }) => floor);
    expect(floors).toEqual(floors.toSorted((a, b) => (a < b ? 1 : -1)));
  });
});

describe('floors', () => {
  it('may be jumped to', async () => {
    const old = await bench.list(undefined, { oid, sort: Sort.OLD, floor: 10n, limit: 1 });
    expect(old.comments[0]?.floor).toBeGreaterThanOrEqual(10n);
    const fresh = await bench.list(undefined, { oid, sort: Sort.NEW, floor: 10n, limit: 1 });
    expect(fresh.comments[0]?.floor).toBeLessThanOrEqual(10n);
  });
});
