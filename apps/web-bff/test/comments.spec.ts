import { afterEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { currentContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { AppError, unavailable } from '@storey/errors';
import { CommentsBench, aComment, aSubject, alice, users, type Answers } from './comments-bench.js';

let bench: CommentsBench | undefined;
const open = async (answers: Answers): Promise<CommentsBench> => (bench = await CommentsBench.open(answers));

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const refuses = (error: Error) => (): never => {
  throw error;
};
const batchGetUsers = ({ ids }: { ids: bigint[] }) => users(...ids);
const rejected = (error: Error) => () => Promise.reject(error);

describe('a page of comments', () => {
  const page = {
    subject: aSubject,
    pinned: [],
    comments: [
      aComment({
        viewer: { reaction: comment.Reaction.LIKE, canReport: true },
        replies: [aComment({ id: 12n, rootId: 1n, parentId: 1n, authorId: 12n, replyToUserId: 13n })],
      }),
      aComment({ id: 2n, state: comment.CommentState.DELETED, authorId: 0n, text: '', html: '' }),
    ],
    nextPosition: Uint8Array.of(1, 2),
    degraded: [],
  };

  it('looks as the contract says, with the people of the whole page from one call', async () => {
    const viewComments = () => ({ differs: true, items: [], degraded: [] });
    const { get, requestsOf } = bound(await open({ listComments: () => page, viewComments, batchGetUsers }));
    const response = await get('subjects/video/BV1/comments?limit=2', alice);
    expect(response.statusCode).toBe(200);
    const body = response.json();
    expect(body.subject).toEqual({
      type: 'video',
      oid: 'BV1',
      title: null,
      url: null,
      ownerId: null,
      state: 'open',
      policy: { mode: 'post_then_review', minLevel: 0 },
      counts: { roots: 1, all: 2 },
    });
    expect(body.comments[0]).toMatchObject({
      id: '9007199254740993',
      subject: { type: 'video', oid: 'BV1' },
      rootId: null,
      parentId: null,
      floor: 1,
      state: 'visible',
      reasonCode: null,
      author: { id: '11', displayName: 'Name 11', avatarUrl: null, level: 0, roles: ['user'] },
      replyTo: null,
      createdAt: '2026-01-01T00:00:00.123Z',
      editedAt: null,
      viewer: {
        reaction: 'like',
        canEdit: false,
        canDelete: false,
        canPin: false,
        canReport: true,
        blocked: false,
      },
      replies: [{ id: '12', rootId: '1', replyTo: { id: '13', displayName: 'Name 13' } }],
    });
    expect(body.comments[0].replies[0]).not.toHaveProperty('replies');
    expect(body.comments[1]).toMatchObject({
      state: 'deleted',
      text: null,
      html: null,
      author: null,
      mentions: [],
    });
    expect(body.degraded).toEqual([]);
    expect(requestsOf('batchGetUsers')).toEqual([{ ids: [11n, 12n, 13n] }]);
  });

  it('has made-up names and says so when account-service does not answer', async () => {
    const { get } = bound(
      await open({ listComments: () => page, batchGetUsers: rejected(unavailable('x')) }),
    );
    const body = (await get('subjects/video/BV1/comments')).json();
    expect(body.degraded).toEqual(['profiles']);
    expect(body.comments[0].author.displayName).toBe('User 11');
  });

  it('goes on where its cursor says, in the same list only', async () => {
    const { get, requestsOf } = bound(await open({ listComments: () => page, batchGetUsers }));
    const { nextCursor } = (await get('subjects/video/BV1/comments?sort=new')).json();
    await get(`subjects/video/BV1/comments?sort=new&cursor=${nextCursor}`);
    expect(requestsOf('listComments')[1]).toMatchObject({ position: Uint8Array.of(1, 2) });
    for (const path of ['subjects/video/BV1/comments?sort=old', 'subjects/video/BV2/comments?sort=new']) {
      const response = await get(`${path}&cursor=${nextCursor}`);
      expect([response.statusCode, response.json().code]).toEqual([400, 'COMMON_CURSOR_INVALID']);
    }
    const altered = await get(`subjects/video/BV1/comments?sort=new&cursor=${nextCursor.slice(0, -1)}`);
    expect(altered.json().code).toBe('COMMON_CURSOR_INVALID');
  });

  it.each([
    'subjects/Video/BV1/comments',
    'subjects/video/a%20b/comments',
    'subjects/video/BV1/comments?limit=0',
    'subjects/video/BV1/comments?limit=51',
    'subjects/video/BV1/comments?limit=10abc',
    'subjects/video/BV1/comments?limit=5&limit=6',
    'subjects/video/BV1/comments?sort=best',
    'subjects/video/BV1/comments?floor=0&sort=old',
    'subjects/video/BV1/comments?floor=3',
    'comments/0',
    'comments/01',
    'comments/9223372036854775808',
    'comments/x/replies',
    'notifications?limit=0',
  ])('refuses %s as malformed', async (path) => {
    const response = await bound(await open({})).get(path, alice);
    expect([response.statusCode, response.json().code]).toEqual([400, 'COMMON_REQUEST_INVALID']);
  });
});

describe('posting', () => {
  const pending = aComment({ state: comment.CommentState.PENDING, floor: 0n });
  const accepted = { comment: pending, replayed: false };
  const post = { method: 'POST', url: '/web/v1/subjects/video/BV1/comments' } as const;

  it('is 202 with the pending comment, and tells comment-service who is mentioned', async () => {
    const opened = await open({ publish: () => accepted, batchGetUsers, findUsers: () => users(12n) });
    const response = await opened.request({ ...post, payload: { text: 'Hi @u12 and @U12, a@u13' } }, alice);
    expect(response.statusCode).toBe(202);
    expect(response.json().comment).toMatchObject({ state: 'pending', floor: null });
    expect(response.headers).not.toHaveProperty('idempotent-replayed');
    expect(opened.requestsOf('findUsers')).toEqual([{ usernames: ['u12'] }]);
    expect(opened.requestsOf('publish')).toEqual([
      {
        subject: { type: 'video', oid: 'BV1' },
        text: 'Hi @u12 and @U12, a@u13',
        parentId: 0n,
        mentions: [{ userId: 12n, username: 'u12' }],
      },
    ]);
  });

  it('mentions nobody when account-service does not answer', async () => {
    const opened = await open({
      publish: () => accepted,
      batchGetUsers,
      findUsers: rejected(unavailable('x')),
    });
    const response = await opened.request({ ...post, payload: { text: '@u12' } }, alice);
    expect(response.statusCode).toBe(202);
    expect(opened.requestsOf('publish')).toMatchObject([{ mentions: [] }]);
  });

  it('gives one fingerprint to one request, another to another body, and says what was replayed', async () => {
    const opened = await open({ publish: () => ({ ...accepted, replayed: true }), batchGetUsers });
    for (const payload of [{ text: 'a' }, { text: 'a', unknown: 1 }, { text: 'a', parentId: '5' }]) {
      const headers = { 'idempotency-key': 'k-1' };
      const response = await opened.request({ ...post, headers, payload }, alice);
      expect(response.headers['idempotent-replayed']).toBe('true');
    }
    const prints = opened
      .requestsOf('publish')
      .map((request) => (request as { idempotency: { fingerprint: Buffer } }).idempotency.fingerprint);
    expect(prints[0]).toHaveLength(32);
    expect(prints[1]).toEqual(prints[0]);
    expect(prints[2]).not.toEqual(prints[0]);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(65)])('refuses the Idempotency-Key %j', async (key) => {
    const opened = await open({});
    const headers = { 'idempotency-key': key };
    const response = await opened.request({ ...post, headers, payload: { text: 'a' } }, alice);
    expect([response.statusCode, response.json().errors]).toMatchObject([
      400,
      [{ path: 'header/Idempotency-Key' }],
    ]);
  });

  it.each([
    ['POST', 'subjects/video/BV1/comments'],
    ['PATCH', 'comments/1'],
    ['DELETE', 'comments/1'],
    ['PUT', 'comments/1/reaction'],
    ['GET', 'notifications'],
    ['GET', 'notifications/unread-count'],
    ['POST', 'notifications/read'],
  ] as const)('%s %s asks the anonymous to sign in before anything else', async (method, path) => {
    const response = await (await open({})).request({ method, url: `/web/v1/${path}` });
    expect([response.statusCode, response.json().code]).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
  });

  it('hands on what comment-service refuses', async () => {
    const error = new AppError({
      kind: 'conflict',
      code: 'COMMENT_DUPLICATE',
      message: 'x',
      details: { extra: { commentId: '5' } },
    });
    const response = await (
      await open({ publish: rejected(error) })
    ).request({ ...post, payload: { text: 'a' } }, alice);
    expect([response.statusCode, response.json()]).toMatchObject([
      409,
      { code: 'COMMENT_DUPLICATE', commentId: '5' },
    ]);
  });
});

describe('changing a comment', () => {
  it('edits, deletes and reacts with 202', async () => {
    const opened = await open({
      edit: () => ({ comment: aComment({ editedAtMs: 1767225600000n }) }),
      delete: () => ({}),
      react: ({ value }: { value: number }) => ({ value }),
      batchGetUsers,
    });
    const url = '/web/v1/comments/7';
    const edit = await opened.request({ method: 'PATCH', url, payload: { text: 'b' } }, alice);
    expect([edit.statusCode, edit.json().comment.editedAt]).toEqual([202, '2026-01-01T00:00:00.000Z']);
    expect((await opened.request({ method: 'DELETE', url }, alice)).statusCode).toBe(202);
    const react = await opened.request(
      { method: 'PUT', url: `${url}/reaction`, payload: { value: 'dislike' } },
      alice,
    );
    expect([react.statusCode, react.json()]).toEqual([202, { value: 'dislike' }]);
    expect(opened.requestsOf('react')).toEqual([{ id: 7n, value: comment.Reaction.DISLIKE }]);
  });

  it.each([{ value: 'love' }, {}, []])('refuses the reaction %j', async (payload) => {
    const opened = await open({});
    const response = await opened.request(
      { method: 'PUT', url: '/web/v1/comments/7/reaction', payload },
      alice,
    );
    expect(response.statusCode).toBe(400);
  });
});

describe('subjects', () => {
  it('shows one, its counts, and the counts of many to anybody', async () => {
    const items = [{ subject: { type: 'video', oid: 'BV1' }, counts: { roots: 1n, all: 2n } }];
    const opened = await open({ getSubject: () => ({ subject: aSubject }), batchCounts: () => ({ items }) });
    expect((await opened.get('subjects/video/BV1')).json().subject.counts).toEqual({ roots: 1, all: 2 });
    expect((await opened.get('subjects/video/BV1/counts')).json()).toEqual({ counts: { roots: 1, all: 2 } });
    const payload = { subjects: [{ type: 'video', oid: 'BV1' }] };
    const many = await opened.request({ method: 'POST', url: '/web/v1/subjects/counts', payload });
    expect([many.statusCode, many.json()]).toEqual([200, { counts: { 'video/BV1': { roots: 1, all: 2 } } }]);
  });

  it('counts at most 100 at once', async () => {
    const payload = { subjects: Array.from({ length: 101 }, () => ({ type: 'video', oid: 'x' })) };
    const response = await (
      await open({})
    ).request({ method: 'POST', url: '/web/v1/subjects/counts', payload });
    expect(response.statusCode).toBe(400);
  });
});

describe('the stream', () => {
  const event = (init: object): comment.SubjectEvent => create(comment.SubjectEventSchema, init);

  async function* events() {
    yield event({ event: { case: 'ready', value: {} } });
    yield event({ id: '3-1', event: { case: 'created', value: aComment() } });
    yield event({ id: '3-2', event: { case: 'reacted', value: { id: 7n, likes: 2n, dislikes: 1n } } });
    yield event({ id: '3-3', event: { case: 'deleted', value: { id: 7n } } });
    yield event({ id: '', event: { case: 'reset', value: {} } });
  }

  it('begins with a ready line and tells events with their ids', async () => {
    const opened = await open({ watch: events, batchGetUsers });
    const response = await opened.request({
      url: '/web/v1/subjects/video/BV1/stream',
      headers: { 'last-event-id': '3-0' },
    });
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const blocks = response.body.split('\n\n');
    expect(blocks[0]).toBe(': ready');
    expect(blocks[1]).toMatch(
      /^event: comment\.created\nid: 3-1\ndata: \{"comment":\{"id":"9007199254740993"/,
    );
    expect(blocks.slice(2)).toEqual([
      'event: comment.reacted\nid: 3-2\ndata: {"id":"7","likes":2,"dislikes":1}',
      'event: comment.deleted\nid: 3-3\ndata: {"id":"7"}',
      'event: reset\nid: \ndata: {}',
      '',
    ]);
    expect(opened.requestsOf('watch')).toMatchObject([{ lastEventId: '3-0' }]);
  });

  it('asks for names long after the deadline of the request', async () => {
    const deadlines: unknown[] = [];
    const asked = ({ ids }: { ids: bigint[] }) => {
      deadlines.push(currentContext().deadline);
      return users(...ids);
    };
    const opened = await open({ watch: events, batchGetUsers: asked });
    const headers = { 'x-deadline-ms': '500' };
    await opened.request({ url: '/web/v1/subjects/video/BV1/stream', headers });
    expect(deadlines).toEqual([undefined]);
  });

  it('is refused as any other request when nobody streams', async () => {
    const opened = await open({
      watch: async function* () {
        refuses(unavailable('Too many are watching.'))();
      },
    });
    const response = await opened.get('subjects/video/BV1/stream');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  });
});

describe('notifications', () => {
  it('lists them with their people, counts the unread and takes note of what was seen', async () => {
    const notification = {
      id: 3n,
      kind: 'reply',
      atMs: 1767225600000n,
      read: false,
      comment: aComment(),
      actorIds: [12n],
      count: 1,
    };
    const opened = await open({
      listNotifications: () => ({ notifications: [notification], nextPosition: new Uint8Array() }),
      countUnread: () => ({ count: 4n }),
      markRead: () => ({}),
      batchGetUsers,
    });
    const body = (await opened.get('notifications', alice)).json();
    expect(body).toMatchObject({
      notifications: [{ id: '3', kind: 'reply', at: '2026-01-01T00:00:00.000Z', read: false, count: 1 }],
      nextCursor: null,
    });
    expect(body.notifications[0].actors).toMatchObject([{ id: '12', displayName: 'Name 12' }]);
    expect((await opened.get('notifications/unread-count', alice)).json()).toEqual({ count: 4 });
    const payload = { upTo: '3' };
    const read = await opened.request({ method: 'POST', url: '/web/v1/notifications/read', payload }, alice);
    expect([read.statusCode, read.body]).toEqual([204, '']);
    expect(opened.requestsOf('markRead')).toEqual([{ upTo: 3n }]);
  });
});

function bound(opened: CommentsBench) {
  return { get: opened.get.bind(opened), requestsOf: opened.requestsOf.bind(opened) };
}
