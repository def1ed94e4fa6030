import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { temporaryFolder } from '@storey/testing';
import { Bench, SLOW, alice, bob, refusal, texts } from './bench.js';

const { CommentState, Reaction, Sort } = comment;

/** Nothing is ever applied here: all that is seen comes out of the overlay. */
let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

describe('what I wrote a moment ago', () => {
  it.each([Sort.NEW, Sort.HOT, Sort.OLD])('stands in the list of order %i, for me alone', async (sort) => {
    await bench.post(alice, 'first');
    await bench.post(alice, 'second');
    const mine = await bench.list(alice, { sort, limit: 1 });
    const order = sort === Sort.OLD ? ['first', 'second'] : ['second', 'first'];
    expect(texts(mine.comments)).toEqual(order);
    expect(mine.comments[0]).toMatchObject({
      state: CommentState.PENDING,
      floor: 0n,
      authorId: 101n,
      html: `<p dir="auto">${order[0]}</p>`,
      viewer: { canEdit: true, canDelete: true, canReport: false },
    });
    expect(mine.subject?.counts).toMatchObject({ roots: 0n, all: 0n });
    expect((await bench.list(bob, { sort })).comments).toEqual([]);
    expect((await bench.list(undefined, { sort })).comments).toEqual([]);
  });

  it('stands under its root, in the preview and in the list of replies', async () => {
    const root = await bench.post(alice, 'root');
    const reply = await bench.post(alice, 'reply', { parentId: root });
    await bench.post(alice, 'reply to a reply', { parentId: reply });
    const [thread] = (await bench.list(alice)).comments;
    expect(texts(thread?.replies ?? [])).toEqual(['reply', 'reply to a reply']);
    const page = await bench.replies(alice, root);
    expect(page.root?.text).toBe('root');
    expect(page.comments).toMatchObject([
      { text: 'reply', rootId: root, parentId: root, replyToUserId: 0n },
      { text: 'reply to a reply', rootId: root, parentId: reply, replyToUserId: 101n },
    ]);
  });

  it('has its permalink for me, and is 404 for anybody else', async () => {
    const root = await bench.post(alice, 'root');
    const id = await bench.post(alice, 'reply', { parentId: root });
    const link = await bench.get(alice, id);
    expect([link.comment?.text, link.root?.text]).toEqual(['reply', 'root']);
    for (const other of [bob, undefined]) {
      expect(await refusal(bench.get(other, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    }
    expect(await refusal(bench.replies(bob, root))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  });

  it('shows my edit, my reaction and my deletion at once', async () => {
    const id = await bench.post(alice, 'before');
    const edited = await bench.as(alice, (client) => client.edit({ id, text: 'after **that**' }, SLOW));
    expect(edited.comment?.text).toBe('after **that**');
    await bench.as(alice, (client) => client.react({ id, value: Reaction.LIKE }, SLOW));
    const [shown] = (await bench.list(alice)).comments;
    expect(shown).toMatchObject({ text: 'after **that**', viewer: { reaction: Reaction.LIKE } });
    expect(shown?.html).toContain('<strong>that</strong>');
    expect(shown?.editedAtMs).toBeGreaterThan(0n);
    await bench.as(alice, (client) => client.react({ id, value: Reaction.NONE }, SLOW));
    expect((await bench.get(alice, id)).comment?.viewer?.reaction).toBe(Reaction.NONE);

    await bench.as(alice, (client) => client.delete({ id }, SLOW));
    expect((await bench.list(alice)).comments).toEqual([]);
    expect(await refusal(bench.get(alice, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    await bench.as(alice, (client) => client.delete({ id }, SLOW));
  });

  it('is still there when the process starts again', async () => {
    using folder = temporaryFolder();
    const before = await Bench.open({ folder: folder.path });
    const id = await before.post(alice, 'kept');
    await before.close();
    const after = await Bench.open({ folder: folder.path });
    expect((await after.get(alice, id)).comment?.text).toBe('kept');
    await after.close();
  });

  it('makes a page without it, and says so, when the store of overlays is gone', async () => {
    await bench.post(alice, 'unseen');
    const { kvState } = bench.platform.ports;
    await kvState.close();
    const page = await bench.list(alice, { sort: Sort.NEW });
    expect([page.comments, page.degraded]).toEqual([[], ['viewer']]);
  });
});

describe('a subject that was never written to', () => {
  it('answers with defaults and leaves nothing behind', async () => {
    for (const sort of [Sort.HOT, Sort.NEW, Sort.OLD]) {
      const page = await bench.list(undefined, { oid: 'nowhere', sort });
      expect(page).toMatchObject({
        subject: {
          id: 0n,
          ref: { type: 'video', oid: 'nowhere' },
          state: comment.SubjectState.OPEN,
          policyMode: 'post_then_review',
          counts: { roots: 0n, all: 0n },
        },
        comments: [],
        pinned: [],
        degraded: [],
      });
      expect(page.nextPosition).toHaveLength(0);
    }
    const { kvState } = bench.platform.ports;
    expect(await kvState.get('{s:0}:hot')).toBeUndefined();
  });
});
