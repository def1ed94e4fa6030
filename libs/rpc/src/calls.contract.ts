import { describe, expect, it } from '@jest/globals';
import { AppError, KINDS } from '@storey/errors';
import { Observable } from 'rxjs';
import { Harness, clientOf, controllerOf, type Comments, type CreateRpc } from './harness.contract.js';

const counted = (count: bigint) => ({ count });

export function describeCalls(create: CreateRpc): void {
  describe('a unary call', () => {
    const on = new Harness(create);

    it('carries the request there and the reply back through the codec', async () => {
      const { comments } = await on.started({
        getComment: async ({ id }) => ({ comment: { id, text: '盖楼 👩‍👩‍👧‍👦 \u0000', likes: -1n } }),
      });
      const reply = await comments.getComment({ id: 9223372036854775807n });
      expect(reply.$typeName).toBe('storey.comment.v1.GetCommentReply');
      expect(reply.comment).toMatchObject({ id: 9223372036854775807n, text: '盖楼 👩‍👩‍👧‍👦 \u0000', likes: -1n });
    });

    it('fills defaults on both sides, as the wire does', async () => {
      const seen: unknown[] = [];
      const { comments } = await on.started({
        listComments: async (request) => (seen.push(request), { subject: {} }),
      });
      const reply = await comments.listComments({});
      expect(seen).toEqual([expect.objectContaining({ sort: 0, limit: 0, position: new Uint8Array() })]);
      expect(reply).toMatchObject({ comments: [], degraded: [], subject: { id: 0n, title: '' } });
      expect(reply.subject?.counts).toBeUndefined();
    });

    it('hands over copies: neither side sees what the other does to its message', async () => {
      const position = Uint8Array.of(1, 2, 3);
      const { comments } = await on.started({
        listComments: async (request) => {
          request.position.fill(9);
          return {};
        },
      });
      await comments.listComments({ position });
      expect(position).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('answers with an empty message', async () => {
      const { comments } = await on.started({ markRead: async () => ({}) });
      await expect(comments.markRead({ upTo: 1n })).resolves.toMatchObject({
        $typeName: 'storey.comment.v1.MarkReadReply',
      });
    });

    it('takes the first value of an Observable and leaves it', async () => {
      let left = false;
      const endless = new Observable<{ count: bigint }>((subscriber) => {
        subscriber.next(counted(1n));
        return () => void (left = true);
      });
      const { comments } = await on.started({ countUnread: () => endless });
      await expect(comments.countUnread({})).resolves.toMatchObject({ count: 1n });
      expect(left).toBe(true);
    });

    it.each<[string, () => unknown]>([
      ['returns nothing', async () => undefined],
      ['returns null', async () => null],
      ['completes without a value', () => new Observable((subscriber) => subscriber.complete())],
      ['returns text', async () => 'done'],
    ])('is internal, and does not hang, when its handler %s', async (_, handler) => {
      const { comments } = await on.started({ countUnread: handler as Comments['countUnread'] });
      await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'internal' });
      expect(on.defects()).toEqual([
        expect.objectContaining({ message: expect.stringContaining('CountUnread') }),
      ]);
    });
  });

  describe('an error', () => {
    const on = new Harness(create);

    it.each(KINDS)('of kind %s arrives as it was thrown', async (kind) => {
      const details = {
        retryAfterSeconds: 3,
        extra: { commentId: '7' },
        errors: [{ path: '/a', message: 'b' }],
      };
      const thrown = new AppError({ kind, code: 'COMMENT_X', message: 'Über', details });
      const { comments } = await on.started({ countUnread: () => Promise.reject(thrown) });
      const error: unknown = await comments.countUnread({}).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AppError);
      expect(error).not.toBe(thrown);
      expect(error).toMatchObject({ kind, code: 'COMMENT_X', message: 'Über', details });
      if (kind === 'internal') expect(on.defects()).toEqual([thrown]);
    });

    it('that nobody foresaw is internal, tells the caller nothing and the operator all', async () => {
      const defect = new TypeError('password is hunter2');
      const { comments } = await on.started({ countUnread: () => Promise.reject(defect) });
      const error = (await comments.countUnread({}).catch((caught: unknown) => caught)) as Error;
      expect(error).toMatchObject({ kind: 'internal', code: 'COMMON_INTERNAL' });
      for (let at: unknown = error; at instanceof Error; at = at.cause) {
        expect(`${at.message} ${at.stack}`).not.toContain('hunter2');
      }
      expect(on.defects()).toEqual([defect]);
    });

    it('in a reply that is no such message is internal', async () => {
      const { comments } = await on.started({
        countUnread: async () => counted(1 as unknown as bigint) && { count: 'x' as unknown as bigint },
      });
      await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'internal' });
      expect(on.defects()).toHaveLength(1);
    });

    it('of a method that nobody serves is internal and names it', async () => {
      const { comments } = await on.started({ markRead: async () => ({}) });
      await expect(comments.countUnread({})).rejects.toMatchObject({
        kind: 'internal',
        message: expect.stringContaining('CommentService/CountUnread'),
      });
      expect(on.defects()).toHaveLength(1);
    });

    it('is unavailable while the target is not started, and again once it is closed', async () => {
      const { server, client } = await on.open();
      const comments = clientOf(client);
      await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'unavailable' });
      const app = await on.serve(server, controllerOf({ countUnread: async () => counted(1n) }));
      await expect(on.found(() => comments.countUnread({}))).resolves.toMatchObject({ count: 1n });
      await app.close();
      await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'unavailable' });
    });

    it('refuses a message above 4 MiB, on its way there and on its way back', async () => {
      let calls = 0;
      const large = 'x'.repeat(4 * 1024 * 1024);
      const { comments } = await on.started({ edit: async () => (calls++, { comment: { text: large } }) });
      await expect(comments.edit({ text: large })).rejects.toMatchObject({ kind: 'too_large' });
      expect(calls).toBe(0);
      await expect(comments.edit({})).rejects.toMatchObject({
        kind: 'too_large',
        code: 'COMMON_TOO_LARGE',
      });
      expect(calls).toBe(1);
    });
  });
}
