import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { account, comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { openAdminBff, who, type AdminBff } from './open-admin-bff.js';

const { CommentState, SearchOrder } = comment;
const PATH = '/admin/v1/comments';
const moderator = who('moderator');

let asked: comment.SearchCommentsRequest[] = [];
let accountsAway = false;

const hidden = create(comment.CommentSchema, {
  id: 5n,
  subject: { type: 'video', oid: 'a' },
  state: CommentState.HIDDEN,
  authorId: 7n,
  text: 'rude <b>',
  createdAtMs: 1_700_000_000_000n,
});

const services = {
  batchGetUsers: async () => {
    if (accountsAway) throw unavailable('away');
    return { users: [create(account.UserSchema, { id: 7n, displayName: 'Rita' })] };
  },
  searchComments: async (request: comment.SearchCommentsRequest) => {
    asked.push(request);
    if (request.query === 'away') throw unavailable('away');
    const highlight = request.query === '' ? '' : '<em>rude</em> &lt;b&gt;';
    return {
      hits: [{ comment: hidden, highlight }],
      nextPosition: Uint8Array.of(1, 2, 3),
      degraded: request.query === 'list' ? ['search'] : [],
    };
  },
};

let bff: AdminBff;
beforeAll(async () => void (bff = await openAdminBff(services)));
afterAll(() => bff.close());
beforeEach(() => {
  asked = [];
  accountsAway = false;
});

const get = (query: string, as = moderator) => bff.ask(as, { method: 'GET', url: `${PATH}${query}` });
const cursorOf = ({ body }: { readonly body: unknown }): string =>
  (body as { nextCursor: string }).nextCursor;

describe('GET comments', () => {
  it('shows what was found with its author and its highlight', async () => {
    const { status, body } = await get('?q=rude');
    expect(status).toBe(200);
    expect(body).toEqual({
      comments: [
        expect.objectContaining({
          id: '5',
          state: 'hidden',
          text: 'rude <b>',
          author: expect.objectContaining({ id: '7', displayName: 'Rita' }),
          highlight: '<em>rude</em> &lt;b&gt;',
          reportCount: 0,
          reviewReason: null,
        }),
      ],
      nextCursor: expect.any(String),
      degraded: [],
    });
  });

  it('has no highlight without words', async () => {
    const { body } = await get('');
    expect((body as { comments: object[] }).comments[0]).not.toHaveProperty('highlight');
  });

  it('asks for all that the query names', async () => {
    const query = new URLSearchParams({
      q: '很好 看',
      authorId: '7',
      type: 'video',
      oid: 'BV1',
      state: 'in_review',
      from: '2023-11-14T22:13:20.001Z',
      to: '2023-11-15T06:13:20+08:00',
      sort: 'old',
      limit: '50',
    });
    expect((await get(`?${query.toString()}`)).status).toBe(200);
    expect(asked).toEqual([
      {
        query: '很好 看',
        authorId: 7n,
        subjectType: 'video',
        subjectOid: 'BV1',
        states: [CommentState.IN_REVIEW],
        fromMs: 1_700_000_000_001n,
        toMs: 1_700_000_000_000n,
        order: SearchOrder.OLD,
        position: new Uint8Array(),
        limit: 50,
      },
    ]);
  });

  it('says what is missing', async () => {
    accountsAway = true;
    expect((await get('?q=list')).body).toMatchObject({ degraded: ['search', 'profiles'] });
  });

  it('is 503 when nothing can be found at all', async () => {
    expect(await get('?q=away')).toMatchObject({ status: 503, body: { code: 'COMMON_UNAVAILABLE' } });
  });

  it.each([
    ['?q=', 'query/q'],
    [`?q=${'x'.repeat(65)}`, 'query/q'],
    ['?q=a%00b', 'query/q'],
    ['?q=a&q=b', 'query/q'],
    ['?authorId=0', 'query/authorId'],
    ['?authorId=x', 'query/authorId'],
    ['?type=Video', 'query/type'],
    ['?oid=a%20b', 'query/oid'],
    ['?state=gone', 'query/state'],
    ['?state=constructor', 'query/state'],
    ['?state=visible&state=hidden', 'query/state'],
    ['?from=yesterday', 'query/from'],
    ['?to=2023-11-14', 'query/to'],
    ['?from=2023-11-14T22:13:20', 'query/from'],
    ['?sort=hot', 'query/sort'],
    ['?sort[]=new', undefined],
    ['?limit=0', 'query/limit'],
    ['?limit=51', 'query/limit'],
    ['?limit=10abc', 'query/limit'],
    ['?offset=10', undefined],
    ['?autorId=7', undefined],
  ])('refuses %s', async (query, path) => {
    const answer = await get(query);
    expect(answer).toMatchObject({ status: 400, body: { code: 'COMMON_REQUEST_INVALID' } });
    if (path !== undefined) expect(answer.body).toMatchObject({ errors: [{ path }] });
    expect(asked).toEqual([]);
  });

  it('takes 64 characters, whatever their size', async () => {
    expect((await get(`?q=${encodeURIComponent('😀'.repeat(64))}`)).status).toBe(200);
  });

  it('has cursors that are good for the same question alone', async () => {
    const next = cursorOf(await get('?q=rude&state=hidden'));
    expect((await get(`?q=rude&state=hidden&limit=5&cursor=${next}`)).status).toBe(200);
    expect(asked.at(-1)?.position).toEqual(Uint8Array.of(1, 2, 3));
    for (const other of [
      '?q=rude',
      '?q=rud&state=hidden',
      '?q=rude&state=hidden&sort=new',
      '?q=rude&state=hidden&oid=a',
    ]) {
      expect(await get(`${other}&cursor=${next}`)).toMatchObject({
        status: 400,
        body: { code: 'COMMON_CURSOR_INVALID' },
      });
    }
    const flipped = `${next.startsWith('A') ? 'B' : 'A'}${next.slice(1)}`;
    expect((await get(`?q=rude&state=hidden&cursor=${flipped}`)).status).toBe(400);
  });

  it('is for moderators', async () => {
    expect(await get('?q=rude', who())).toMatchObject({ status: 403, body: { code: 'GATEWAY_FORBIDDEN' } });
  });
});
