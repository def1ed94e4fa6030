import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Principal } from '@storey/context';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, admin, alice, bob, moderator, refusal } from './bench.js';
import { commentJob } from './job.js';

const { Decision, Sort } = comment;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterAll(() => bench.close());

let made = 0;
const pin = (by: Principal | undefined, id: bigint, pinned = true) =>
  bench.as(by, (client) => client.pin({ id, pinned }, SLOW));

/** Roots of bob, oldest first, which everybody sees, under a subject of alice. */
async function rootsOf(count: number): Promise<{ oid: string; ids: readonly bigint[] }> {
  const oid = `pins-${(made += 1)}`;
  const subject = { type: 'video', oid };
  await bench.as(admin, (client) => client.changeSubject({ subject, ownerId: 101n }, SLOW));
  const ids: bigint[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await bench.post(bob, `root ${n}`, { oid }));
  await eventually(async () => {
    const { subject: seen, comments } = await bench.list(undefined, { oid, limit: 50 });
    expect([seen?.ownerId, comments.length]).toEqual([101n, count]);
  });
  return { oid, ids };
}

const idsOf = (comments: readonly comment.Comment[]): readonly bigint[] => comments.map(({ id }) => id);

async function pinsSeen(oid: string, by?: Principal): Promise<readonly bigint[]> {
  return idsOf((await bench.list(by, { oid, limit: 50 })).pinned);
}

/** Every page of a walk: what is pinned on it, and what is listed. */
async function walk(oid: string, sort: comment.Sort): Promise<readonly (readonly bigint[])[][]> {
  const pages: (readonly bigint[])[][] = [];
  let position: Uint8Array = new Uint8Array();
  do {
    const page = await bench.list(undefined, { oid, sort, limit: 2, position });
    pages.push([idsOf(page.pinned), idsOf(page.comments)]);
    position = page.nextPosition;
  } while (position.length > 0);
  return pages;
}

describe('a pinned root', () => {
  it('is seen so at once by who pinned it, everywhere, and soon by everybody', async () => {
    const { oid, ids } = await rootsOf(2);
    const [first = 0n] = ids;
    await pin(alice, first);
    expect(await pinsSeen(oid, alice)).toEqual([first]);
    expect((await bench.get(alice, first)).comment?.pinned).toBe(true);
    await eventually(async () => expect(await pinsSeen(oid)).toEqual([first]));
    expect((await bench.get(undefined, first)).comment?.pinned).toBe(true);
    await pin(alice, first, false);
    expect(await pinsSeen(oid, alice)).toEqual([]);
    await eventually(async () => expect(await pinsSeen(oid)).toEqual([]));
  });

  it.each([
    ['new', Sort.NEW],
    ['old', Sort.OLD],
    ['hot', Sort.HOT],
  ])(
    'stands on the first page of %s alone, apart from the list, and full pages stay full',
    async (_, sort) => {
      const { oid, ids } = await rootsOf(7);
      const [a = 0n, , c = 0n, d = 0n] = ids;
      for (const id of [a, d, c]) await pin(alice, id);
      await eventually(async () => expect(await pinsSeen(oid)).toEqual([c, d, a]));
      const rest = ids.filter((id) => ![a, c, d].includes(id));
      const order = sort === Sort.OLD ? rest : rest.toReversed();
      expect(await walk(oid, sort)).toEqual([
        [[c, d, a], order.slice(0, 2)],
        [[], order.slice(2)],
      ]);
    },
  );

  it('that is let go of while somebody walks is not met a second time, and one that is pinned is met', async () => {
    const { oid, ids } = await rootsOf(5);
    const [a = 0n, b = 0n] = ids;
    await pin(alice, a);
    await eventually(async () => expect(await pinsSeen(oid)).toEqual([a]));
    const first = await bench.list(undefined, { oid, limit: 2 });
    await pin(alice, a, false);
    await pin(alice, b);
    await eventually(async () => expect(await pinsSeen(oid)).toEqual([b]));
    const rest = await bench.list(undefined, { oid, limit: 50, position: first.nextPosition });
    const met = [...first.pinned, ...first.comments, ...rest.pinned, ...rest.comments];
    expect(idsOf(met).toSorted()).toEqual([...ids].toSorted());
  });

  it('has its first replies, and the viewer’s own among them at once', async () => {
    const { oid, ids } = await rootsOf(1);
    const [root = 0n] = ids;
    await pin(alice, root);
    const reply = await bench.post(alice, 'mine', { oid, parentId: root });
    const [pinned] = (await bench.list(alice, { oid })).pinned;
    expect(idsOf(pinned?.replies ?? [])).toEqual([reply]);
  });

  it('is pinned no more when it is hidden or deleted', async () => {
    const { oid, ids } = await rootsOf(2);
    const [a = 0n, b = 0n] = ids;
    for (const id of ids) await pin(alice, id);
    await bench.as(moderator, (client) =>
      client.decide({ id: a, decision: Decision.HIDE, reason: '' }, SLOW),
    );
    await bench.as(bob, (client) => client.delete({ id: b }, SLOW));
    await eventually(async () => expect(await pinsSeen(oid)).toEqual([]));
  });
});

describe('pins', () => {
  it('are three at most: a fourth is refused as soon as three are known', async () => {
    const { ids } = await rootsOf(4);
    for (const id of ids.slice(0, 3)) await pin(alice, id);
    const fourth = ids[3] ?? 0n;
    expect(await refusal(pin(alice, fourth))).toMatchObject({ kind: 'conflict', code: 'COMMENT_PIN_LIMIT' });
    await pin(alice, ids[0] ?? 0n);
    await pin(alice, ids[1] ?? 0n, false);
    await pin(alice, fourth);
  });

  it('that were accepted of several people at once end as three, for those who lost too', async () => {
    const { oid, ids } = await rootsOf(6);
    const [a, b, c, d, e, f] = ids as [bigint, bigint, bigint, bigint, bigint, bigint];
    const all = (by: Principal, mine: readonly bigint[]) => mine.map((id) => pin(by, id));
    await Promise.allSettled([...all(alice, [a, b, c]), ...all(moderator, [d, e, f])]);
    await eventually(async () => {
      const seen = await pinsSeen(oid);
      expect(seen).toHaveLength(3);
      for (const by of [alice, moderator]) expect(await pinsSeen(oid, by)).toEqual(seen);
    });
  });

  it.each<[string, Principal | undefined, string | undefined]>([
    ['the anonymous', undefined, 'GATEWAY_TOKEN_REQUIRED'],
    ['its author', bob, 'COMMENT_FORBIDDEN'],
    ['the owner of its subject', alice, undefined],
    ['a moderator', moderator, undefined],
    ['an administrator', admin, undefined],
  ])('are made by who hosts a subject: %s', async (_, by, code) => {
    const { ids } = await rootsOf(1);
    const call = pin(by, ids[0] ?? 0n);
    if (code === undefined) await call;
    else expect(await refusal(call)).toMatchObject({ code });
  });

  it('are of visible roots', async () => {
    const { oid, ids } = await rootsOf(1);
    const [root = 0n] = ids;
    const reply = await bench.post(alice, 'reply', { oid, parentId: root });
    expect(await refusal(pin(alice, reply))).toMatchObject({
      kind: 'unprocessable',
      code: 'COMMON_REQUEST_INVALID',
    });
    expect(await refusal(pin(alice, 77n))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    await bench.as(moderator, (client) =>
      client.decide({ id: root, decision: Decision.HIDE, reason: '' }, SLOW),
    );
    expect(await refusal(pin(moderator, root))).toMatchObject({ kind: 'unprocessable' });
    await eventually(async () =>
      expect(await refusal(pin(alice, root))).toMatchObject({ code: 'COMMENT_NOT_FOUND' }),
    );
  });
});
