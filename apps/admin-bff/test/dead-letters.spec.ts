import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { notFound } from '@storey/errors';
import { openAdminBff, who, type AdminBff } from './open-admin-bff.js';

const PATH = '/admin/v1/dead-letters';
const admin = who('admin');
const { REPLAY, DISCARD } = comment.DeadLetterDecision;

let asked: unknown[] = [];
const services = {
  listDeadLetters: async (request: unknown) => {
    asked.push(request);
    const letter = {
      id: 9n,
      topic: 'comment.commands.v1',
      key: 'video/7',
      cause: 'TypeError: no',
      atMs: 1_700_000_000_000n,
      attempts: 5,
      consumer: 'comment.job',
    };
    return { letters: [letter], nextBeforeId: 9n };
  },
  decideDeadLetter: async (request: { readonly id: bigint }) => {
    asked.push(request);
    if (request.id === 404n) throw notFound();
    return {};
  },
};

const histories = {
  listDeadLetters: async () => Promise.resolve({ letters: [], nextBeforeId: 0n }),
  decideDeadLetter: async (request: object) => {
    asked.push({ ...request, of: 'history' });
    return Promise.resolve({});
  },
};

let bff: AdminBff;
beforeAll(async () => void (bff = await openAdminBff(services, histories)));
afterAll(() => bff.close());
beforeEach(() => void (asked = []));

const get = (query = '', as = admin) => bff.ask(as, { method: 'GET', url: `${PATH}${query}` });
const post = (path: string, as = admin) => bff.ask(as, { method: 'POST', url: `${PATH}/${path}` });

it('shows letters with their cause, page by page', async () => {
  const { status, body } = await get('?limit=1');
  expect(status).toBe(200);
  expect(body).toEqual({
    letters: [
      {
        id: '9',
        topic: 'comment.commands.v1',
        key: 'video/7',
        cause: 'TypeError: no',
        at: '2023-11-14T22:13:20.000Z',
        attempts: 5,
        consumer: 'comment.job',
      },
    ],
    nextCursor: expect.any(String),
  });
  const { nextCursor } = body as { nextCursor: string };
  expect((await get(`?cursor=${nextCursor}`)).status).toBe(200);
  expect(asked).toEqual([
    { beforeId: 0n, limit: 1 },
    { beforeId: 9n, limit: 20 },
  ]);
});

it('has them sent again or thrown away', async () => {
  expect((await post('9/replay')).status).toBe(202);
  expect((await post('9/discard')).status).toBe(202);
  expect((await post('404/replay')).status).toBe(404);
  expect((await post('h9/replay')).status).toBe(202);
  expect((await post('x/replay')).status).toBe(400);
  expect(asked).toEqual([
    { id: 9n, decision: REPLAY },
    { id: 9n, decision: DISCARD },
    { id: 404n, decision: REPLAY },
    { id: 9n, decision: REPLAY, of: 'history' },
  ]);
});

it('is not for moderators', async () => {
  for (const answer of [await get('', who('moderator')), await post('9/replay', who('moderator'))])
    expect(answer).toMatchObject({ status: 403, body: { code: 'GATEWAY_FORBIDDEN' } });
  expect(asked).toEqual([]);
});

it('refuses what is no page', async () => {
  expect((await get('?limit=51')).status).toBe(400);
  expect((await get('?cursor=eyJ9')).body).toMatchObject({ code: 'COMMON_CURSOR_INVALID' });
});
