import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commentMigrations, overlayKey, shardOfSubject, type CommentDb } from '@storey/comment';
import { SeededRandom, type Principal } from '@storey/context';
import { comment } from '@storey/contracts';
import { packIds } from '@storey/ids';
import { tableFor } from '@storey/sql';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, moderator, person, refusal } from './bench.js';
import { commentJob } from './job.js';

const { CommentState, Reaction, Sort } = comment;

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterEach(() => bench.close());

const subject = (oid: string) => ({ type: 'video', oid });
const view = (
  who: Principal | undefined,
  ids: readonly bigint[],
  { oid = 'v1', own = [] }: { readonly oid?: string; readonly own?: readonly bigint[] } = {},
) =>
  bench.as(who, (client) =>
    client.viewComments({ subject: subject(oid), ids: packIds(ids), ownIds: packIds(own) }, SLOW),
  );
const react = (who: Principal, id: bigint, value: comment.Reaction) =>
  bench.as(who, (client) => client.react({ id, value }, SLOW));
const flat = (comments: readonly comment.Comment[]): comment.Comment[] =>
  comments.flatMap((each) => [each, ...flat(each.replies)]);
const idsOf = (comments: readonly comment.Comment[]): bigint[] => flat(comments).map(({ id }) => id);
const writtenBy = ({ userId }: Principal, comments: readonly comment.Comment[]): bigint[] =>
  flat(comments).flatMap(({ id, authorId }) => (authorId === BigInt(userId) ? [id] : []));

async function posted(who: Principal, text: string, post: { oid?: string; parentId?: bigint } = {}) {
  const id = await bench.post(who, text, post);
  await bench.applied(who, id);
  return id;
}

/** As if all that they did had settled long ago. */
async function forgetOverlays(...people: readonly Principal[]): Promise<void> {
  const { kvState } = bench.platform.ports;
  await kvState.delete(people.map(({ userId }) => overlayKey(BigInt(userId))));
}

describe('what one viewer sees otherwise on everybody’s page', () => {
  it('is nothing but one’s own, and what one did to others’', async () => {
    const mine = await posted(alice, 'mine');
    const theirs = await posted(bob, 'theirs');
    const plain = await posted(bob, 'plain');
    await forgetOverlays(alice, bob);
    await react(alice, theirs, Reaction.LIKE);
    const { differs, items, degraded } = await view(alice, [mine, theirs, plain, theirs, 77n], {
      own: [mine],
    });
    expect([differs, degraded]).toEqual([false, []]);
    expect(new Map(items.map(({ id, viewer }) => [id, viewer]))).toMatchObject(
      new Map([
        [mine, { reaction: Reaction.NONE, canEdit: true, canDelete: true, canReport: false, canPin: false }],
        [theirs, { reaction: Reaction.LIKE, canEdit: false, canDelete: false, canReport: true }],
      ]),
    );
    expect(items).toHaveLength(2);
    expect((await view(person(9), [mine, theirs, plain])).items).toEqual([]);
    expect((await view(moderator, [mine, theirs, plain])).items).toHaveLength(3);
    expect((await view(moderator, [mine], { oid: 'another' })).items).toEqual([]);
  });

  it('no longer has a reaction that was taken back, before and after that is applied', async () => {
    const id = await posted(bob, 'one');
    await react(alice, id, Reaction.DISLIKE);
    await eventually(async () => expect((await bench.get(bob, id)).comment?.dislikes).toBe(1n));
    expect((await view(alice, [id])).items).toMatchObject([{ viewer: { reaction: Reaction.DISLIKE } }]);
    await react(alice, id, Reaction.NONE);
    expect((await view(alice, [id])).items).toEqual([]);
    await eventually(async () => expect((await bench.get(bob, id)).comment?.dislikes).toBe(0n));
    expect((await view(alice, [id])).items).toEqual([]);
  });

  it('is refused to who is not signed in, and beyond 250', async () => {
    expect(await refusal(view(undefined, [1n]))).toMatchObject({ kind: 'unauthenticated' });
    const ids = (count: number) => Array.from({ length: count }, () => 1n);
    expect(await refusal(view(alice, ids(251)))).toMatchObject({ kind: 'invalid' });
    expect(await refusal(view(alice, [], { own: ids(251) }))).toMatchObject({ kind: 'invalid' });
    expect(await view(alice, ids(250))).toMatchObject({ differs: false, items: [] });
    const halves = bench.as(alice, (client) =>
      client.viewComments({ subject: subject('o'), ids: new Uint8Array(12) }, SLOW),
    );
    expect(await refusal(halves)).toMatchObject({ kind: 'invalid' });
    const nowhere = bench.as(alice, (client) => client.viewComments({ ids: packIds([1n]) }, SLOW));
    expect(await refusal(nowhere)).toMatchObject({ kind: 'invalid' });
  });

  it('lacks one’s latest, and says so, when the store of overlays is gone', async () => {
    const id = await posted(alice, 'mine');
    await bench.platform.ports.kvState.close();
    const { differs, items, degraded } = await view(alice, [id], { own: [id] });
    expect([differs, degraded]).toEqual([false, ['viewer']]);
    expect(items).toMatchObject([{ id, viewer: { canDelete: true } }]);
  });
});

describe('a page differs for one viewer', () => {
  it('by a comment of his under the subject, until everybody’s copy has it', async () => {
    const root = await posted(bob, 'root');
    await bench.stopJob();
    const mine = await bench.post(alice, 'mine', { parentId: root });
    expect(await view(alice, [root])).toMatchObject({ differs: true, items: [] });
    expect((await view(bob, [root])).differs).toBe(true);
    expect((await view(person(9), [root])).differs).toBe(false);
    expect((await view(alice, [], { oid: 'another' })).differs).toBe(false);
    await bench.startJob(commentJob);
    await bench.applied(alice, mine);
    await bench.list(alice);
    // Served here, which need not be known elsewhere.
    expect((await view(alice, [root, mine])).differs).toBe(true);
    await eventually(async () => {
      await bench.list(alice);
      expect((await view(alice, [root, mine])).differs).toBe(false);
    });
    expect((await view(alice, [root, mine], { own: [mine] })).items).toMatchObject([{ id: mine }]);
  });

  it.each([
    ['edit', (id: bigint) => bench.as(alice, (client) => client.edit({ id, text: 'other' }, SLOW))],
    ['deletion', (id: bigint) => bench.as(alice, (client) => client.delete({ id }, SLOW))],
  ])('by his own %s of what is on it, and of nothing else', async (_, change) => {
    const id = await posted(alice, 'mine');
    const other = await posted(alice, 'other');
    await forgetOverlays(alice);
    await change(id);
    expect((await view(alice, [other, id])).differs).toBe(true);
    expect((await view(alice, [other])).differs).toBe(false);
    expect((await view(bob, [other, id])).differs).toBe(false);
    await eventually(async () => {
      expect((await view(alice, [other, id])).differs).toBe(false);
    });
  });
});

describe('everybody’s page with what one viewer sees otherwise', () => {
  const people = [alice, bob, moderator, person(9), person(10)];

  /** Some 40 comments of all kinds, all applied, under a subject of `owner`. */
  async function fill(random: SeededRandom, owner: Principal): Promise<void> {
    const ids: bigint[] = [];
    const anybody = () => people[random.int(0, people.length - 1)] ?? alice;
    const anyId = () => ids[random.int(0, ids.length - 1)] ?? 0n;
    for (let n = 0; n < 40; n += 1) {
      const parentId = random.float() < 0.5 ? anyId() : 0n;
      const who = anybody();
      const id = await bench.post(who, `comment ${n}`, { parentId });
      await bench.applied(who, id); // before that, others can't answer it
      ids.push(id);
    }
    for (const who of people)
      await react(who, anyId(), random.float() < 0.5 ? Reaction.LIKE : Reaction.DISLIKE);
    for (let n = 0; n < 4; n += 1) {
      const id = anyId();
      await bench.as(moderator, (client) => client.delete({ id }, SLOW)).catch(() => undefined);
    }
    const last = await posted(alice, 'last');
    expect(last).toBeGreaterThan(0n);
    const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
    const table = tableFor('comment_subject', BigInt(shardOfSubject(subject('v1'))), sql.tables);
    await sql.transaction((tx) =>
      tx
        .updateTable(table)
        .set({ owner_id: BigInt(owner.userId) })
        .where('oid', '=', 'v1')
        .execute(),
    );
    await bench.platform.ports.kvCache.flush();
    await forgetOverlays(...people);
  }

  it('is the page that is listed for him (100 random pages)', async () => {
    const random = new SeededRandom(5);
    const owner = person(10);
    await fill(random, owner);
    let seenOtherwise = 0;
    for (let round = 0; round < 100; round += 1) {
      const who = people[random.int(0, people.length - 1)] ?? alice;
      const request = {
        sort: random.float() < 0.5 ? Sort.NEW : Sort.OLD,
        limit: random.int(1, 50),
        preview: random.int(0, 3),
      };
      const anonymous = await bench.list(undefined, request);
      const ids = idsOf(anonymous.comments);
      if (random.float() < 0.3) await react(who, ids[0] ?? 0n, random.int(1, 3)).catch(() => undefined);
      const { differs, items } = await view(who, ids, { own: writtenBy(who, anonymous.comments) });
      expect([round, differs]).toEqual([round, false]);
      const his = await bench.list(who, request);
      const joined = new Map(items.map(({ id, viewer }) => [id, viewer]));
      expect([round, idsOf(his.comments)]).toEqual([round, ids]);
      for (const { id, viewer, state } of flat(his.comments)) {
        expect([round, id, plain(joined.get(id)) ?? usual(state)]).toEqual([round, id, plain(viewer)]);
      }
      seenOtherwise += items.length;
    }
    expect(seenOtherwise).toBeGreaterThan(100);
  });
});

const plain = (viewer: comment.Viewer | undefined) => viewer && { ...viewer };

const usual = (state: comment.CommentState) => ({
  $typeName: 'storey.comment.v1.Viewer',
  reaction: Reaction.NONE,
  canEdit: false,
  canDelete: false,
  canPin: false,
  canReport: state === CommentState.VISIBLE,
  blocked: false,
});
