import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { account } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { CommentsBench, alice } from './comments-bench.js';

let bench: CommentsBench;
let reply: account.TipReply | Error;

const tip = { id: 9007199254740993n, state: account.TipState.PENDING, points: 5 };
const replyOf = (init: Partial<account.Tip> = {}, replayed = false): account.TipReply =>
  create(account.TipReplySchema, { tip: { ...tip, ...init }, replayed });

beforeAll(async () => {
  const answer = (): unknown => {
    if (reply instanceof Error) throw reply;
    return reply;
  };
  bench = await CommentsBench.open({ tip: answer, getTip: answer });
});
afterAll(() => bench.close());
beforeEach(() => {
  reply = replyOf();
  bench.calls.length = 0;
});

const give = (payload: object, headers: Record<string, string> = {}, as: typeof alice | undefined = alice) =>
  bench.request({ method: 'POST', url: '/web/v1/comments/7/tips', payload, headers }, as);

describe('a tip', () => {
  it('is 202 with what became of it, and carries its key to whom the points are kept by', async () => {
    const answer = await give({ points: 5 }, { 'idempotency-key': 'k-1' });
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { tip: { id: '9007199254740993', state: 'pending', points: 5 } },
    ]);
    expect(bench.requestsOf('tip')).toEqual([{ commentId: 7n, points: 5, idempotencyKey: 'k-1' }]);
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
    reply = replyOf({}, true);
    const again = await give({ points: 5 }, { 'idempotency-key': 'k-1' });
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it.each([{}, { points: 0 }, { points: 101 }, { points: 1.5 }, { points: '5' }])(
    'of %j is 400 before anybody is asked',
    async (body) => {
      const answer = await give(body);
      expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: '/points' }] });
      expect(bench.calls).toEqual([]);
    },
  );

  it('needs a user, and points', async () => {
    const nobody = await bench.request({
      method: 'POST',
      url: '/web/v1/comments/7/tips',
      payload: { points: 1 },
    });
    expect(nobody.json()).toMatchObject({ status: 401, code: 'GATEWAY_TOKEN_REQUIRED' });
    reply = new AppError({ kind: 'conflict', code: 'ACCOUNT_POINTS_INSUFFICIENT', message: 'x' });
    expect((await give({ points: 5 })).json()).toMatchObject({
      status: 409,
      code: 'ACCOUNT_POINTS_INSUFFICIENT',
    });
  });

  it.each([
    [account.TipState.PENDING, 'pending'],
    [account.TipState.DONE, 'done'],
    [account.TipState.CANCELLED, 'cancelled'],
  ])('in state %i is read as %s', async (state, shown) => {
    reply = replyOf({ state });
    expect((await bench.get('tips/12', alice)).json()).toMatchObject({ tip: { state: shown } });
    expect(bench.requestsOf('getTip')).toEqual([{ id: 12n }]);
  });
});
