import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { overlayKey } from '@storey/comment';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, admin, alice, bob, moderator, refusal, texts } from './bench.js';
import { commentJob } from './job.js';

const { CommentState, Reaction, Sort } = comment;

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterEach(() => bench.close());

const posted = async (...post: Parameters<Bench['post']>): Promise<bigint> => {
  const id = await bench.post(...post);
  await bench.applied(post[0], id);
  return id;
};
const overlayOf = async (userId: string): Promise<number> =>
  (await bench.platform.ports.kvState.getAllFields(overlayKey(BigInt(userId)))).size;
const remove = (who: typeof alice, id: bigint) => bench.as(who, (client) => client.delete({ id }, SLOW));
const react = (who: typeof alice, id: bigint, value: comment.Reaction) =>
  bench.as(who, (client) => client.react({ id, value }, SLOW));

describe('a comment, once applied', () => {
  it('is seen by everybody, has its floor and counts', async () => {
    await posted(alice, 'one');
    const root = await posted(bob, 'two');
    const reply = await posted(alice, 'three', { parentId: root });
    await eventually(async () => {
      const page = await bench.list(undefined, { sort: Sort.NEW });
      expect(page.subject?.counts).toMatchObject({ roots: 2n, all: 3n });
      expect(page.comments).toMatchObject([
        { text: 'two', floor: 2n, replyCount: 1n, replies: [{ text: 'three', floor: 1n }] },
        { text: 'one', floor: 1n, replyCount: 0n, replies: [] },
      ]);
      expect(page.comments[0]?.viewer).toBeUndefined();
    });
    const link = await bench.get(undefined, reply);
    expect([link.comment?.rootId, link.root?.text, link.subject?.ref?.oid]).toEqual([root, 'two', 'v1']);
  });

  it('stands in its author’s list exactly once at every moment, and leaves the overlay', async () => {
    const id = await bench.post(alice, 'once');
    await eventually(async () => {
      const { comments } = await bench.list(alice, { sort: Sort.NEW });
      expect(texts(comments)).toEqual(['once']);
      if (comments[0]?.state === CommentState.PENDING) throw new Error('not yet');
      expect(await overlayOf('101')).toBe(0);
    });
    expect((await bench.get(alice, id)).comment).toMatchObject({ state: CommentState.VISIBLE, floor: 1n });
  });

  it('keeps my edit, reaction and deletion in sight until everybody has them, then forgets them', async () => {
    const id = await posted(alice, 'before');
    await react(alice, id, Reaction.DISLIKE);
    await bench.as(alice, (client) => client.edit({ id, text: 'after' }, SLOW));
    const now = (await bench.get(alice, id)).comment;
    expect(now).toMatchObject({ text: 'after', viewer: { reaction: Reaction.DISLIKE } });
    await eventually(async () => {
      const others = (await bench.get(bob, id)).comment;
      expect(others).toMatchObject({ text: 'after', dislikes: 1n, viewer: { reaction: Reaction.NONE } });
      expect((await bench.get(alice, id)).comment?.viewer?.reaction).toBe(Reaction.DISLIKE);
      await bench.list(alice);
      expect(await overlayOf('101')).toBe(0);
    });
    await remove(alice, id);
    expect((await bench.list(alice)).comments).toEqual([]);
    await eventually(async () =>
      expect(await refusal(bench.get(bob, id))).toMatchObject({ kind: 'not_found' }),
    );
  });

  it('is changed and deleted by those who may, and nobody else', async () => {
    const id = await posted(alice, 'mine');
    await eventually(() => bench.get(bob, id));
    const edit = bench.as(bob, (client) => client.edit({ id, text: 'x' }, SLOW));
    expect(await refusal(edit)).toMatchObject({ kind: 'forbidden', code: 'COMMENT_FORBIDDEN' });
    expect(await refusal(remove(bob, id))).toMatchObject({ kind: 'forbidden', code: 'COMMENT_FORBIDDEN' });
    expect((await bench.get(bob, id)).comment?.viewer).toMatchObject({
      canEdit: false,
      canDelete: false,
      canReport: true,
    });
    await remove(moderator, id);
    expect(await refusal(bench.get(moderator, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    await remove(moderator, id);
    await eventually(async () => expect(await refusal(remove(bob, id))).toMatchObject({ kind: 'not_found' }));
    await remove(alice, id);
  });

  it('stays as a tombstone while it has replies', async () => {
    const root = await posted(alice, 'root');
    const reply = await posted(bob, 'reply', { parentId: root });
    await eventually(async () => expect((await bench.get(alice, root)).comment?.replyCount).toBe(1n));
    await remove(alice, root);
    const mine = (await bench.list(alice)).comments[0];
    expect(mine).toMatchObject({ state: CommentState.DELETED, text: '', authorId: 0n });
    await eventually(async () => {
      const page = await bench.list(undefined);
      expect(page.comments[0]).toMatchObject({ state: CommentState.DELETED, text: '', authorId: 0n });
      expect(texts(page.comments[0]?.replies ?? [])).toEqual(['reply']);
    });
    expect(await refusal(bench.post(bob, 'late', { parentId: root }))).toMatchObject({
      code: 'COMMENT_PARENT_NOT_FOUND',
    });
    expect(await refusal(react(bob, root, Reaction.LIKE))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    await remove(bob, reply);
    await eventually(async () => expect((await bench.list(undefined)).comments).toEqual([]));
  });
});

describe('notices', () => {
  it('tell of a reply and a mention, are counted until read, and vanish with what they speak of', async () => {
    const root = await posted(alice, 'root');
    const reply = await bench.post(bob, 'reply', { parentId: root });
    const mention = { userId: 101n, username: 'alice' };
    const subject = { type: 'video', oid: 'v2' };
    await bench.as(bob, (client) =>
      client.publish({ subject, text: 'hi @alice', mentions: [mention] }, SLOW),
    );
    const notices = () => bench.as(alice, (client) => client.listNotifications({ limit: 1 }, SLOW));
    const unread = () => bench.as(alice, async (client) => (await client.countUnread({}, SLOW)).count);
    await eventually(async () => expect(await unread()).toBe(2n));
    const first = await notices();
    expect(first.notifications).toMatchObject([{ read: false, actorIds: [102n], count: 1 }]);
    const position = first.nextPosition;
    const second = await bench.as(alice, (client) => client.listNotifications({ limit: 1, position }, SLOW));
    const kinds = [...first.notifications, ...second.notifications].map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['mention', 'reply']);
    expect(second.nextPosition).toHaveLength(0);

    await remove(bob, reply);
    await eventually(async () => expect(await unread()).toBe(1n));
    const upTo = (await notices()).notifications[0]?.id ?? 0n;
    await bench.as(alice, (client) => client.markRead({ upTo }, SLOW));
    expect(await unread()).toBe(0n);
    expect((await notices()).notifications).toMatchObject([{ kind: 'mention', read: true }]);
  });

  it('tells of likes in one notice, without one’s own, as long as there are any', async () => {
    const id = await posted(alice, 'likeable');
    const notices = async () =>
      (await bench.as(alice, (client) => client.listNotifications({ limit: 9 }, SLOW))).notifications;
    for (const who of [alice, bob, moderator]) await react(who, id, Reaction.LIKE);
    await eventually(async () => expect(await notices()).toMatchObject([{ kind: 'like', count: 2 }]));
    const [notice] = await notices();
    expect(notice?.actorIds).toEqual(
      expect.arrayContaining([bob, moderator].map(({ userId }) => BigInt(userId))),
    );
    expect(notice?.actorIds).toHaveLength(2);
    for (const who of [alice, bob, moderator]) await react(who, id, Reaction.NONE);
    await eventually(async () => expect(await notices()).toEqual([]));
  });
});

describe('an import', () => {
  const item = (sourceKey: string, parentSourceKey = '') => ({
    sourceKey,
    parentSourceKey,
    subject: { type: 'post', oid: 'p1' },
    authorId: 7n,
    text: `text of ${sourceKey}`,
    createdAtMs: 1_500_000_000_000n,
  });
  const importing = (items: readonly ReturnType<typeof item>[]) =>
    bench.as(admin, (client) => client.import({ source: 'wxr:test', items: [...items] }, SLOW));

  it('adds each item once, threads included, and tells what it passed over', async () => {
    const items = [item('a'), item('b', 'a'), item('c', 'nowhere'), { ...item('d'), text: ' ' }];
    expect(await importing(items)).toMatchObject({
      accepted: 2,
      known: 0,
      skipped: [
        { sourceKey: 'c', reason: 'its parent was not imported' },
        { sourceKey: 'd', reason: 'There is nothing to read in it.' },
      ],
    });
    // A reply whose parent is accepted but perhaps not yet stored.
    expect(await importing([item('e', 'b')])).toMatchObject({ accepted: 1, skipped: [] });
    await eventually(async () => {
      const page = await bench.list(undefined, { oid: 'x' });
      expect(page.comments).toEqual([]);
      const counted = await bench.as(undefined, (client) =>
        client.batchCounts({ subjects: [{ type: 'post', oid: 'p1' }] }, SLOW),
      );
      expect(counted.items[0]?.counts).toMatchObject({ roots: 1n, all: 3n });
    });
    expect(await importing([item('a'), item('b', 'a'), item('e', 'b')])).toMatchObject({
      accepted: 0,
      known: 3,
    });
    const page = await bench.as(undefined, (client) =>
      client.listComments(
        { subject: { type: 'post', oid: 'p1' }, sort: Sort.OLD, limit: 5, preview: 3 },
        SLOW,
      ),
    );
    expect(page.comments).toMatchObject([
      {
        text: 'text of a',
        createdAtMs: 1_500_000_000_000n,
        authorId: 7n,
        replies: [{ text: 'text of b' }, { text: 'text of e' }],
      },
    ]);
  });
});
