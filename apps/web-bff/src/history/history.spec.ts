import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { history } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { CommentsBench, alice } from '../../test/comments-bench.js';

const AT = 1_767_225_600_123n;

const record = create(history.RecordSchema, {
  key: { business: 'video', oid: 'BV1' },
  progress: 30,
  duration: 100,
  atMs: AT,
  title: 'One',
});
const progressJson = { progress: 30, duration: 100, finished: false, at: '2026-01-01T00:00:00.123Z' };
const recordJson = {
  business: 'video',
  oid: 'BV1',
  ...progressJson,
  device: null,
  title: 'One',
  coverUrl: null,
  url: null,
  part: null,
};
const list = create(history.ListReplySchema, { records: [record], nextPosition: Uint8Array.of(1, 2) });

let bench: CommentsBench;
let outcomes: { recorded: boolean; code: string }[];

beforeAll(async () => {
  bench = await CommentsBench.open({
    report: () => ({ outcomes }),
    list: () => list,
    listContinue: () => list,
    get: ({ key }: { key: { oid: string } }) => {
      if (key.oid === 'BV1') return { record };
      throw new AppError({ kind: 'not_found', code: 'HISTORY_NOT_FOUND', message: 'No.' });
    },
    batchGet: () => ({ records: [record], degraded: [] }),
    delete: () => ({}),
    clear: () => ({}),
    hideFromContinue: () => ({}),
    getSettings: () => ({ paused: false, retentionDays: 90 }),
    putSettings: () => ({}),
  });
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.calls.length = 0;
  outcomes = [{ recorded: true, code: '' }];
});

type Verb = 'GET' | 'PUT' | 'POST' | 'DELETE';
const ask = (method: Verb, path: string, payload?: object, as: typeof alice | undefined = alice) =>
  bench.request({ method, url: `/web/v1/history${path}`, ...(payload && { payload }) }, as);
const report = (body: object) => ask('PUT', '/video/BV1', body);

describe('history over HTTP', () => {
  it.each<[Verb, string]>([
    ['PUT', '/video/BV1'],
    ['POST', '/batch'],
    ['GET', ''],
    ['GET', '/video/BV1'],
    ['POST', '/progress'],
    ['GET', '/continue'],
    ['DELETE', '/continue/video/BV1'],
    ['DELETE', '/video/BV1'],
    ['DELETE', ''],
    ['GET', '/settings'],
    ['PUT', '/settings'],
  ])('%s history%s asks for a user before anything else', async (method, path) => {
    const request = { method, url: `/web/v1/history${path}`, ...(method.startsWith('P') && { payload: {} }) };
    const answer = await bench.request(request);
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
    expect(bench.calls).toEqual([]);
  });

  describe('PUT history/{business}/{oid}', () => {
    it('hands over what was told and drops what nobody knows', async () => {
      const answer = await report({
        progress: 2 ** 31 - 1,
        duration: 1,
        at: '2026-01-01T01:00:00.123+01:00',
        seq: 3,
        sentAt: '2026-01-01T00:00:00Z',
        device: '📺'.repeat(32),
        title: '楼'.repeat(300),
        url: '/watch/BV1',
        more: 1,
      });
      expect([answer.statusCode, answer.json()]).toEqual([202, { recorded: true }]);
      expect(bench.requestsOf('report')).toMatchObject([
        { reports: [{ key: { business: 'video', oid: 'BV1' }, progress: 2 ** 31 - 1, atMs: AT, seq: 4n }] },
      ]);
      expect(bench.requestsOf('report')[0]).not.toHaveProperty('reports.0.more');
    });

    it('tells a seq of 0 from none, as 1 is higher than 0', async () => {
      await report({ progress: 1, seq: 0 });
      await report({ progress: 1 });
      const told = bench.requestsOf('report');
      expect(told).toMatchObject([{ reports: [{ seq: 1n }] }, { reports: [{ seq: 0n }] }]);
    });

    it.each([
      {},
      { progress: -2 },
      { progress: 2 ** 31 },
      { progress: 1.5 },
      { progress: '1' },
      { progress: 1, duration: -1 },
      { progress: 1, at: 'yesterday' },
      { progress: 1, at: 5 },
      { progress: 1, device: 'x'.repeat(33) },
      { progress: 1, title: 'x'.repeat(301) },
      { progress: 1, url: `https://a/${'x'.repeat(2048)}` },
      { progress: 1, coverUrl: 'javascript:alert(1)' },
      { progress: 1, private: 1 },
    ])('refuses a malformed body (%#)', async (body) => {
      const answer = await report(body);
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'COMMON_REQUEST_INVALID']);
    });

    it('tells of a time that can not be', async () => {
      outcomes = [{ recorded: false, code: 'HISTORY_TIME_INVALID' }];
      const answer = await report({ progress: 1 });
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'HISTORY_TIME_INVALID']);
    });

    it('says when nothing was recorded', async () => {
      outcomes = [{ recorded: false, code: '' }];
      expect((await report({ progress: 1, private: true })).json()).toEqual({ recorded: false });
    });
  });

  describe('POST history/batch', () => {
    it('judges each record alone', async () => {
      outcomes = [
        { recorded: true, code: '' },
        { recorded: false, code: 'HISTORY_TIME_INVALID' },
      ];
      const good = { business: 'video', oid: 'a', progress: 1 };
      const records = [null, good, { ...good, progress: 'x' }, { ...good, oid: 'b' }];
      const answer = await ask('POST', '/batch', { records });
      expect([answer.statusCode, answer.json()]).toEqual([
        202,
        {
          accepted: 1,
          rejected: [
            { index: 0, code: 'COMMON_REQUEST_INVALID' },
            { index: 2, code: 'COMMON_REQUEST_INVALID' },
            { index: 3, code: 'HISTORY_TIME_INVALID' },
          ],
        },
      ]);
    });

    it('asks nobody when all are malformed', async () => {
      const answer = await ask('POST', '/batch', { records: [1] });
      expect(answer.json()).toMatchObject({ accepted: 0 });
      expect(bench.calls).toEqual([]);
    });

    it.each([0, 101])('refuses %i records', async (count) => {
      const records = Array.from({ length: count }, () => ({ business: 'video', oid: 'a', progress: 1 }));
      expect((await ask('POST', '/batch', { records })).statusCode).toBe(400);
    });
  });

  it('lists with a cursor that is good for this list and this user alone', async () => {
    const page = (await ask('GET', '?business=video&q=o')).json();
    expect(page).toEqual({ records: [recordJson], nextCursor: expect.any(String), degraded: [] });
    const next = `cursor=${page.nextCursor}`;
    expect((await ask('GET', `?business=video&q=o&${next}`)).statusCode).toBe(200);
    expect(bench.requestsOf('list').at(-1)).toMatchObject({ position: Uint8Array.of(1, 2), limit: 20 });
    for (const [path, as] of [
      [`?business=video&${next}`, alice],
      [`/continue?${next}`, alice],
      [`?business=video&q=o&${next}`, { ...alice, userId: '12' }],
    ] as const) {
      const answer = await ask('GET', path, undefined, as);
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'COMMON_CURSOR_INVALID']);
    }
  });

  it('serves the shelf, a record, and progress by key', async () => {
    expect((await ask('GET', '/continue')).json()).toMatchObject({ records: [recordJson] });
    expect((await ask('GET', '/video/BV1')).json()).toEqual(recordJson);
    const gone = await ask('GET', '/video/BV2');
    expect([gone.statusCode, gone.json().code]).toEqual([404, 'HISTORY_NOT_FOUND']);
    const many = await ask('POST', '/progress', { items: [{ business: 'video', oid: 'BV1' }] });
    expect([many.statusCode, many.json().progress]).toEqual([200, { 'video/BV1': progressJson }]);
  });

  it('deletes a record, a business, everything; never by a mistake in the query', async () => {
    expect((await ask('DELETE', '/video/BV1')).statusCode).toBe(204);
    expect((await ask('DELETE', '/continue/video/BV1')).statusCode).toBe(204);
    expect((await ask('DELETE', '?business=video')).statusCode).toBe(204);
    expect((await ask('DELETE', '')).statusCode).toBe(204);
    expect(bench.requestsOf('clear')).toEqual([{ business: 'video' }, { business: '' }]);
    for (const query of ['?business=', '?busines=video', '?business=Video', '?business=a&business=b'])
      expect((await ask('DELETE', query)).statusCode).toBe(400);
    expect(bench.requestsOf('clear')).toHaveLength(2);
  });

  it('keeps settings that a change leaves out', async () => {
    expect((await ask('GET', '/settings')).json()).toEqual({ paused: false, retentionDays: 90 });
    expect((await ask('PUT', '/settings', { paused: true })).json()).toEqual({
      paused: true,
      retentionDays: 90,
    });
    expect((await ask('PUT', '/settings', { paused: true, retentionDays: 3651 })).statusCode).toBe(400);
    expect((await ask('PUT', '/settings', { retentionDays: 0 })).statusCode).toBe(400);
  });
});
