import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { uniqueName, type Client, type Json } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';

const PROFILE = {
  id: expect.stringMatching(/^\d+$/),
  displayName: expect.any(String),
  avatarUrl: null,
  level: expect.any(Number),
  roles: ['user'],
};

describe('writing comments', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  const commenting = new Commenting(() => product);
  const { anyone } = commenting;
  const list: Commenting['list'] = (...args) => commenting.list(...args);
  const post: Commenting['post'] = (...args) => commenting.post(...args);
  const posted: Commenting['posted'] = (...args) => commenting.posted(...args);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await anyone().register();
    bob = await anyone().register();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  describe('posting', () => {
    it('is accepted as pending, seen by its author at once and by others within a second', async () => {
      const path = newSubject();
      const text = '第一！👩‍👩‍👧‍👦 **bold**';
      const comment = await post(ann, path, text);
      expect(comment).toMatchObject({
        state: 'pending',
        floor: null,
        rootId: null,
        parentId: null,
        text,
        author: { ...PROFILE, id: ann.user?.id },
      });
      for (const sort of ['new', 'hot', 'old'])
        expect((await list(path, `sort=${sort}`, ann)).comments.map((each: Json) => each.id)).toEqual([
          comment.id,
        ]);

      await eventually(async () => expect((await list(path)).comments[0]?.id).toBe(comment.id), {
        timeoutMs: 5000,
        everyMs: 20,
      });
      const [seen] = (await list(path)).comments;
      expect(seen).toMatchObject({
        state: 'visible',
        floor: 1,
        html: expect.stringContaining('<strong>bold</strong>'),
        viewer: null,
        likes: 0,
        replies: [],
      });
    });

    it('reads an unknown subject as an empty open one, and stores nothing', async () => {
      const path = newSubject();
      expect((await list(path)).comments).toEqual([]);
      expect((await anyone().get(path)).body.subject).toMatchObject({
        state: 'open',
        ownerId: null,
        policy: { mode: 'post_then_review', minLevel: 0 },
        counts: { roots: 0, all: 0 },
      });
    });

    it('asks who one is', async () => {
      const answer = await anyone().post(`${newSubject()}/comments`, { text: 'hi' });
      expect([answer.status, answer.body.code]).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
    });

    it.each([
      ['nothing', '  \n ', 422, 'COMMENT_TEXT_INVALID'],
      ['2,001 characters', 'x'.repeat(2001), 422, 'COMMENT_TEXT_INVALID'],
      ['a control character', 'a\u0007b', 400, 'COMMON_REQUEST_INVALID'],
      ['a number', 7, 400, 'COMMON_REQUEST_INVALID'],
    ])('refuses %s', async (_name, text, status, code) => {
      const answer = await ann.post(`${newSubject()}/comments`, { text });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    });

    it('takes 2,000 characters however many code points they have, and newlines and tabs', async () => {
      await post(ann, newSubject(), '👩‍👩‍👧‍👦'.repeat(2000));
      await post(ann, newSubject(), 'a\tb\nc');
    });

    it('ignores members that are not its own to set', async () => {
      const path = newSubject();
      const comment = await posted(ann, path, 'mine', {
        id: '1',
        state: 'deleted',
        floor: 99,
        likes: 1000,
        pinned: true,
        author: { id: '1' },
      });
      expect(comment).toMatchObject({ floor: 1, likes: 0, pinned: false, author: { id: ann.user?.id } });
    });

    it('does not say the same thing twice within a minute', async () => {
      const path = newSubject();
      const first = await post(ann, path, 'same');
      const again = await ann.post(`${path}/comments`, { text: ' same ' });
      expect([again.status, again.body.code, again.body.commentId]).toEqual([
        409,
        'COMMENT_DUPLICATE',
        first.id,
      ]);
      await post(bob, path, 'same');
      await post(ann, newSubject(), 'same');
    });

    it('gives twins under one key one comment and one answer', async () => {
      const path = newSubject();
      const key = { headers: { 'idempotency-key': uniqueName() } };
      const twins = await Promise.all(
        Array.from({ length: 20 }, () => ann.post(`${path}/comments`, { text: 'once' }, key)),
      );
      expect(twins.map(({ status, text }) => (status === 202 ? 202 : text))).toEqual(twins.map(() => 202));
      expect(new Set(twins.map(({ body }) => body.comment.id)).size).toBe(1);
      const later = await ann.post(`${path}/comments`, { text: 'once' }, key);
      expect(later.headers.get('idempotent-replayed')).toBe('true');
      const other = await ann.post(`${path}/comments`, { text: 'another' }, key);
      expect([other.status, other.body.code]).toEqual([422, 'COMMON_IDEMPOTENCY_MISMATCH']);
      expect((await bob.post(`${path}/comments`, { text: 'mine' }, key)).status).toBe(202);
      expect(
        (await ann.post(`${path}/comments`, { text: 'x' }, { headers: { 'idempotency-key': 'no spaces' } }))
          .status,
      ).toBe(400);
    });

    it('numbers a hundred concurrent posts 1 to 100', async () => {
      const path = newSubject();
      const people = await Promise.all(Array.from({ length: 10 }, () => anyone().register()));
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => post(people[i % 10] as Client, path, `post ${i}`)),
      );
      await soon(async () => expect((await list(path, 'sort=old')).subject.counts.all).toBe(100));
      const floors: number[] = [];
      for (let cursor = ''; ;) {
        const page = await list(path, `sort=old&limit=50${cursor}`);
        floors.push(...page.comments.map((each: Json) => each.floor));
        if (page.nextCursor === null) break;
        cursor = `&cursor=${page.nextCursor}`;
      }
      expect(floors).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    }, 40_000);
  });

  describe('replying', () => {
    it('nests one level, numbers replies within their root and names whom they answer', async () => {
      const path = newSubject();
      const root = await posted(ann, path, 'root');
      const first = await posted(bob, path, 'first', { parentId: root.id });
      const second = await posted(ann, path, 'second', { parentId: first.id });
      expect(first).toMatchObject({ rootId: root.id, parentId: root.id, floor: 1, replyTo: null });
      expect(second).toMatchObject({
        rootId: root.id,
        parentId: first.id,
        floor: 2,
        replyTo: { id: bob.user?.id },
      });
      await soon(async () =>
        expect((await list(path)).comments[0]).toMatchObject({
          replyCount: 2,
          replies: [{ id: first.id }, { id: second.id }],
        }),
      );
      const replies = (await anyone().get(`/web/v1/comments/${root.id}/replies`)).body;
      expect(replies).toMatchObject({
        root: { id: root.id },
        comments: [{ id: first.id }, { id: second.id }],
        nextCursor: null,
      });
      expect((await anyone().get(`/web/v1/comments/${second.id}`)).body).toMatchObject({
        comment: { id: second.id },
        root: { id: root.id },
        subject: { counts: { roots: 1, all: 3 } },
      });
    });

    it('waits for one’s own pending parent', async () => {
      const path = newSubject();
      const root = await post(ann, path, 'root');
      const reply = await post(ann, path, 'reply', { parentId: root.id });
      await soon(async () =>
        expect((await anyone().get(`/web/v1/comments/${reply.id}`)).body?.comment).toMatchObject({
          rootId: root.id,
          floor: 1,
        }),
      );
    });

    it('knows unknown and foreign parents', async () => {
      const elsewhere = await posted(ann, newSubject(), 'elsewhere');
      const path = newSubject();
      const unknown = await ann.post(`${path}/comments`, { text: 'x', parentId: '4611686018427387904' });
      expect([unknown.status, unknown.body.code]).toEqual([404, 'COMMENT_PARENT_NOT_FOUND']);
      const foreign = await ann.post(`${path}/comments`, { text: 'x', parentId: elsewhere.id });
      expect([foreign.status, foreign.body.code]).toEqual([422, 'COMMENT_PARENT_FOREIGN']);
    });

    it('tells the parent’s author once, and not oneself', async () => {
      const path = newSubject();
      const reader = await anyone().register();
      const root = await posted(reader, path, 'root');
      await posted(reader, path, 'to myself', { parentId: root.id });
      const reply = await posted(bob, path, `@${reader.user?.username} hello`, { parentId: root.id });
      await soon(async () =>
        expect((await reader.get('/web/v1/notifications/unread-count')).body).toEqual({ count: 1 }),
      );
      const { notifications } = (await reader.get('/web/v1/notifications')).body;
      expect(notifications).toEqual([
        expect.objectContaining({
          kind: 'reply',
          read: false,
          count: 1,
          comment: expect.objectContaining({ id: reply.id }),
          actors: [expect.objectContaining({ id: bob.user?.id })],
        }),
      ]);
      expect((await reader.post('/web/v1/notifications/read', { upTo: notifications[0].id })).status).toBe(
        204,
      );
      expect((await reader.get('/web/v1/notifications/unread-count')).body).toEqual({ count: 0 });
    });
  });

  describe('editing and deleting', () => {
    it('shows the new text to its author at once and to others soon', async () => {
      const comment = await posted(ann, newSubject(), 'before');
      const answer = await ann.patch(`/web/v1/comments/${comment.id}`, { text: '*after*' });
      expect(answer.status).toBe(202);
      expect((await ann.get(`/web/v1/comments/${comment.id}`)).body.comment).toMatchObject({
        text: '*after*',
        editedAt: expect.any(String),
      });
      await soon(async () =>
        expect((await anyone().get(`/web/v1/comments/${comment.id}`)).body.comment).toMatchObject({
          html: expect.stringContaining('<em>after</em>'),
          editedAt: expect.any(String),
        }),
      );
      const foreign = await bob.patch(`/web/v1/comments/${comment.id}`, { text: 'x' });
      expect([foreign.status, foreign.body.code]).toEqual([403, 'COMMENT_FORBIDDEN']);
    });

    it('leaves a tombstone while there are replies, and nothing otherwise', async () => {
      const path = newSubject();
      const root = await posted(ann, path, 'root');
      const reply = await posted(bob, path, 'reply', { parentId: root.id });
      expect((await bob.delete(`/web/v1/comments/${root.id}`)).body.code).toBe('COMMENT_FORBIDDEN');
      expect((await ann.delete(`/web/v1/comments/${root.id}`)).status).toBe(202);
      expect((await ann.delete(`/web/v1/comments/${root.id}`)).status).toBe(202);
      await soon(async () =>
        expect((await list(path)).comments[0]).toMatchObject({
          id: root.id,
          state: 'deleted',
          text: null,
          html: null,
          author: null,
          floor: 1,
          replyCount: 1,
        }),
      );
      expect((await list(path)).subject.counts).toEqual({ roots: 0, all: 1 });
      const answered = await bob.post(`${path}/comments`, { text: 'to a tombstone', parentId: root.id });
      expect([answered.status, answered.body.code]).toEqual([404, 'COMMENT_PARENT_NOT_FOUND']);

      expect((await bob.delete(`/web/v1/comments/${reply.id}`)).status).toBe(202);
      await soon(async () => expect((await list(path)).comments).toEqual([]));
      await soon(async () => expect((await anyone().get(`/web/v1/comments/${root.id}`)).status).toBe(404));
      expect((await posted(ann, path, 'next')).floor).toBe(2);
    });

    it('is open to moderators', async () => {
      const root = await anyone().login('root', 'correct horse battery');
      const comment = await posted(ann, newSubject(), 'spam');
      expect((await root.delete(`/web/v1/comments/${comment.id}`)).status).toBe(202);
      await soon(async () => expect((await anyone().get(`/web/v1/comments/${comment.id}`)).status).toBe(404));
      expect((await root.get(`/admin/v1/comments/${comment.id}`)).body.comment).toMatchObject({
        id: comment.id,
        state: 'deleted',
        text: 'spam',
      });
    });
  });

  describe('reactions', () => {
    it('exclude each other, count once, and show to the caller at once', async () => {
      const comment = await posted(ann, newSubject(), 'like me');
      const path = `/web/v1/comments/${comment.id}`;
      for (const value of ['like', 'like', 'dislike', 'like']) {
        expect((await bob.put(`${path}/reaction`, { value })).body).toEqual({ value });
        expect((await bob.get(path)).body.comment.viewer.reaction).toBe(value);
      }
      await soon(async () =>
        expect((await anyone().get(path)).body.comment).toMatchObject({ likes: 1, dislikes: 0 }),
      );
      await bob.put(`${path}/reaction`, { value: 'none' });
      await soon(async () =>
        expect((await anyone().get(path)).body.comment).toMatchObject({ likes: 0, dislikes: 0 }),
      );
      expect((await bob.put(`${path}/reaction`, { value: 'love' })).status).toBe(400);
    });

    it('move a comment up in hot within fifteen seconds', async () => {
      const path = newSubject();
      const first = await posted(ann, path, 'first');
      await posted(ann, path, 'second');
      await bob.put(`/web/v1/comments/${first.id}/reaction`, { value: 'like' });
      await eventually(async () => expect((await list(path, 'sort=hot')).comments[0].id).toBe(first.id), {
        timeoutMs: 15_000,
        everyMs: 200,
      });
    }, 30_000);
  });
});
