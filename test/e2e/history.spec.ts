import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client, type Answer, type Json } from '../support/client.js';
import { expectProblem } from '../support/expect-problem.js';
import { pages } from '../support/pages.js';
import { Product } from '../support/product.js';
import { RESTART_MS } from '../support/topology/topology.js';

const H = '/web/v1/history';
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const iso = (ms: number): string => new Date(ms).toISOString();

let product: Product;
beforeAll(async () => {
  product = await Product.start({ LIMITS: 'off', HISTORY_WINDOW_MS: '500' });
}, 60_000);
afterAll(() => product[Symbol.asyncDispose]());

const person = (): Promise<Client> => new Client(() => product.url).register();

async function report(client: Client, oid: string, body: object): Promise<Json> {
  const answer = await client.put(`${H}/video/${oid}`, body);
  expect(answer.status).toBe(202);
  return answer.body.recorded;
}

const timeOf = async (client: Client, oid: string): Promise<number> =>
  Date.parse((await client.get(`${H}/video/${oid}`)).body.at);
const progressOf = async (client: Client, oid: string): Promise<number> =>
  (await client.get(`${H}/video/${oid}`)).body.progress;
const oidsOf = ({ records }: Json): string[] => records.map(({ oid }: Json) => oid);
const shelfOf = async (client: Client): Promise<string[]> =>
  oidsOf((await client.get(`${H}/continue?limit=50`)).body);

describe('a record', () => {
  it('is there on the next read with all that was told, and for its owner alone', async () => {
    const [ann, bob] = [await person(), await person()];
    const told = {
      progress: 10,
      duration: 100,
      device: 'tv',
      title: '片',
      coverUrl: '/c.png',
      url: '/v',
      part: '1',
    };
    const at = iso(Date.now() - 5000);
    expect(await report(ann, 'x', { ...told, at })).toBe(true);
    const record = { business: 'video', oid: 'x', ...told, finished: false, at };
    expect((await ann.get(`${H}/video/x`)).body).toEqual(record);
    expect((await ann.get(H)).body).toEqual({ records: [record], nextCursor: null, degraded: [] });

    expectProblem(await bob.get(`${H}/video/x`), 404, 'HISTORY_NOT_FOUND');
    await bob.delete(`${H}/video/x`);
    await bob.delete(H);
    expect((await bob.get(H)).body.records).toEqual([]);
    expect((await ann.get(`${H}/video/x`)).status).toBe(200);
  });

  it('needs a user, and a report of the right shape', async () => {
    const anonymous = new Client(() => product.url);
    expectProblem(await anonymous.put(`${H}/video/x`, { progress: 'x' }), 401, 'GATEWAY_TOKEN_REQUIRED');
    expectProblem(await anonymous.get(H), 401, 'GATEWAY_TOKEN_REQUIRED');
    const ann = await person();
    const wrong = [
      {},
      { progress: -2 },
      { progress: 1.5 },
      { progress: 2 ** 31 },
      { progress: 1, device: 'd'.repeat(33) },
    ];
    for (const body of wrong)
      expectProblem(await ann.put(`${H}/video/x`, body), 400, 'COMMON_REQUEST_INVALID');
    expectProblem(await ann.put(`${H}/Video/x`, { progress: 1 }), 400, 'COMMON_REQUEST_INVALID');
    expect((await ann.get(H)).body.records).toEqual([]);
  });
});

describe('the effective time of a report', () => {
  it('is its own, put right by what the client’s clock is off by, and never later than now', async () => {
    const ann = await person();
    const now = Date.now();
    const cases = [
      { oid: 'own', at: now - 10_000, sentAt: now - 30_000, expected: now - 10_000 },
      { oid: 'slow', at: now - 60 * MINUTE - 10_000, sentAt: now - 60 * MINUTE, expected: now - 10_000 },
      { oid: 'fast', at: now + 60 * MINUTE - 10_000, sentAt: now + 60 * MINUTE, expected: now - 10_000 },
      { oid: 'ahead', at: now + 4 * MINUTE, sentAt: now, expected: now },
    ];
    for (const { oid, at, sentAt, expected } of cases) {
      await report(ann, oid, { progress: 1, at: iso(at), sentAt: iso(sentAt) });
      expect(Math.abs((await timeOf(ann, oid)) - expected)).toBeLessThan(5000);
    }
    const future = { progress: 1, at: iso(now + 6 * MINUTE) };
    expectProblem(await ann.put(`${H}/video/future`, future), 422, 'HISTORY_TIME_INVALID');
  });

  it('decides what stands; at equal times seq does on one device, else the later arrival', async () => {
    const ann = await person();
    const at = iso(Date.now() - MINUTE);
    await report(ann, 'x', { progress: 5, at, seq: 1, device: 'tv' });
    await report(ann, 'x', { progress: 4, at, seq: 0, device: 'tv' });
    await report(ann, 'x', { progress: 3, at: iso(Date.parse(at) - 1), seq: 9, device: 'tv' });
    expect(await progressOf(ann, 'x')).toBe(5);
    await report(ann, 'x', { progress: 2, at, seq: 0, device: 'phone' });
    expect(await progressOf(ann, 'x')).toBe(2);
    await report(ann, 'x', { progress: 1, at: iso(Date.parse(at) + 1) });
    expect(await progressOf(ann, 'x')).toBe(1);
  });
});

describe('a batch', () => {
  it('takes what is good, and names what is not by place and code', async () => {
    const ann = await person();
    const records = [
      { business: 'video', oid: 'a', progress: 1 },
      { business: 'video', oid: 'b' },
      null,
      { business: 'video', oid: 'c', progress: 1, at: iso(Date.now() + 6 * MINUTE) },
      { business: 'video', oid: 'd', progress: 1, private: true },
    ];
    const { status, body } = await ann.post(`${H}/batch`, { records });
    expect([status, body]).toEqual([
      202,
      {
        accepted: 2,
        rejected: [
          { index: 1, code: 'COMMON_REQUEST_INVALID' },
          { index: 2, code: 'COMMON_REQUEST_INVALID' },
          { index: 3, code: 'HISTORY_TIME_INVALID' },
        ],
      },
    ]);
    expect(oidsOf((await ann.get(H)).body)).toEqual(['a']);
    const many = Array.from({ length: 101 }, () => records[0]);
    for (const wrong of [[], many]) expectProblem(await ann.post(`${H}/batch`, { records: wrong }), 400);
    expectProblem(await ann.post(`${H}/progress`, { items: many }), 400, 'COMMON_REQUEST_INVALID');
  });
});

describe('the list', () => {
  it('shows each row once, newest first, while reports come in', async () => {
    const ann = await person();
    const start = Date.now() - 10 * MINUTE;
    const records = Array.from({ length: 60 }, (_, i) => ({
      business: i % 2 === 0 ? 'book' : 'video',
      oid: `r${i}`,
      progress: 1,
      title: `Title ${i}`,
      at: iso(start + i),
    }));
    await ann.post(`${H}/batch`, { records });
    const shown: string[] = [];
    for await (const page of pages(ann, H, { limit: () => 7 })) {
      shown.push(...oidsOf(page));
      await ann.put(`${H}/video/r${shown.length}`, { progress: 2 });
    }
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown).toEqual(expect.arrayContaining(records.map(({ oid }) => oid)));
    expect(oidsOf((await ann.get(`${H}?business=book&limit=50`)).body)).toHaveLength(30);
    expect(oidsOf((await ann.get(`${H}?business=book&q=tITLE%2058`)).body)).toEqual(['r58']);
  });

  it('answers 304 to who has the page, until it changes', async () => {
    const ann = await person();
    for (const oid of ['a', 'b']) await report(ann, oid, { progress: 60, duration: 600 });
    for (const list of [`${H}?limit=1`, `${H}/continue?limit=1`]) {
      const etag = (await ann.get(list)).headers.get('etag') ?? '';
      const again = (): Promise<Answer> => ann.get(list, { headers: { 'if-none-match': etag } });
      expect((await again()).status).toBe(304);
      await report(ann, 'a', { progress: 61, duration: 600 });
      expect((await again()).status).toBe(200);
    }
  });

  it('refuses limits out of range, and cursors of another list or user', async () => {
    const [ann, bob] = [await person(), await person()];
    for (const oid of ['a', 'b']) await report(ann, oid, { progress: 1 });
    for (const limit of ['0', '51', 'x', '']) expectProblem(await ann.get(`${H}?limit=${limit}`), 400);
    expectProblem(await ann.get(`${H}?business=`), 400, 'COMMON_REQUEST_INVALID');
    const cursor = (await ann.get(`${H}?limit=1`)).body.nextCursor as string;
    const foreign = [`${H}?q=a&`, `${H}?business=video&`, `${H}/continue?`].map(
      (list) => `${list}cursor=${cursor}`,
    );
    for (const path of foreign) expectProblem(await ann.get(path), 400, 'COMMON_CURSOR_INVALID');
    expectProblem(await bob.get(`${H}?cursor=${cursor}`), 400, 'COMMON_CURSOR_INVALID');
    expectProblem(await ann.get(`${H}?cursor=junk`), 400, 'COMMON_CURSOR_INVALID');
  });
});

describe('a deletion', () => {
  it('keeps out what is reported late; a newer report makes a new record', async () => {
    const ann = await person();
    await report(ann, 'x', { progress: 1, title: 'Old' });
    const before = iso(Date.now() - 1000);
    expect((await ann.delete(`${H}/video/x`)).status).toBe(204);
    await report(ann, 'x', { progress: 2, at: before });
    expectProblem(await ann.get(`${H}/video/x`), 404, 'HISTORY_NOT_FOUND');
    await sleep(5);
    await report(ann, 'x', { progress: 3 });
    expect((await ann.get(`${H}/video/x`)).body).toMatchObject({ progress: 3, title: null });
  });

  it('covers a business or everything, and nothing by mistake', async () => {
    const ann = await person();
    await report(ann, 'x', { progress: 1 });
    await ann.put(`${H}/book/x`, { progress: 1 });
    for (const query of ['?business=', '?busines=book', '?business=B'])
      expectProblem(await ann.delete(H + query), 400);
    expect((await ann.delete(`${H}?business=book`)).status).toBe(204);
    expect((await ann.get(H)).body.records).toMatchObject([{ business: 'video', oid: 'x' }]);
    const before = iso(Date.now() - 1000);
    expect((await ann.delete(H)).status).toBe(204);
    await report(ann, 'x', { progress: 1, at: before });
    expect((await ann.get(H)).body.records).toEqual([]);
  });
});

describe('the continue shelf', () => {
  it('has what was begun in earnest and not finished', async () => {
    const ann = await person();
    const reports: [string, number, number][] = [
      ['five-percent', 50, 1000],
      ['under-five-percent', 49, 1000],
      ['half-a-minute', 30, 600],
      ['under-half-a-minute', 29, 300],
      ['short', 1, 119],
      ['not-short', 5, 120],
      ['nearly', 899, 1000],
      ['finished', 900, 1000],
      ['told-finished', -1, 1000],
    ];
    for (const [oid, progress, duration] of reports) await report(ann, oid, { progress, duration });
    expect(await shelfOf(ann)).toEqual(['nearly', 'short', 'half-a-minute', 'five-percent']);
  });

  it('loses what is taken off it until that is watched on', async () => {
    const ann = await person();
    await report(ann, 'x', { progress: 60, duration: 600 });
    expect((await ann.delete(`${H}/continue/video/x`)).status).toBe(204);
    expect([await shelfOf(ann), await progressOf(ann, 'x')]).toEqual([[], 60]);
    await report(ann, 'x', { progress: 50, duration: 600, at: iso(Date.now() - MINUTE) });
    expect(await shelfOf(ann)).toEqual([]);
    await report(ann, 'x', { progress: 61, duration: 600 });
    expect(await shelfOf(ann)).toEqual(['x']);
  });
});

describe('settings', () => {
  it('decide what is recorded', async () => {
    const ann = await person();
    expect((await ann.get(`${H}/settings`)).body).toEqual({ paused: false, retentionDays: 90 });
    for (const retentionDays of [0, 3651, 1.5])
      expectProblem(await ann.put(`${H}/settings`, { paused: false, retentionDays }), 400);
    await ann.put(`${H}/settings`, { paused: true, retentionDays: 1 });
    expect(await report(ann, 'x', { progress: 1 })).toBe(false);
    await ann.put(`${H}/settings`, { paused: false, retentionDays: 1 });
    expect(await report(ann, 'x', { progress: 1, private: true })).toBe(false);
    expect(await report(ann, 'x', { progress: 1, at: iso(Date.now() - 2 * DAY) })).toBe(false);
    expect((await ann.get(H)).body.records).toEqual([]);
    expect(await report(ann, 'x', { progress: 1 })).toBe(true);
  });
});

describe('what was acknowledged', () => {
  it(
    'outlives kill -9, and then the loss of kv state',
    async () => {
      const ann = await person();
      const folded = await updates();
      for (let i = 0; i < 10; i += 1)
        await report(ann, `k${i}`, { progress: 100 + i, duration: 1000, title: `K${i}` });
      const before = Date.now() - MINUTE;
      await ann.delete(`${H}/video/k3`);
      await ann.delete(`${H}/continue/video/k4`);
      await ann.put(`${H}/settings`, { paused: false, retentionDays: 50 });
      // Ten records and a deletion are out of the log again; the rest is past its linger.
      await eventually(async () => expect(await updates()).toBeGreaterThanOrEqual(folded + 11), {
        timeoutMs: 15_000,
      });
      await sleep(500);
      await product.crash();
      await whole(ann);
      await expectKept(ann, before);

      await product.crashWithoutKvState();
      await whole(ann);
      await expectKept(ann, before);
    },
    RESTART_MS,
  );

  /** That history-job has read, in all. */
  async function updates(): Promise<number> {
    const found = (await product.metrics()).matchAll(/^storey_history_reports_total\S* (\d+)/gm);
    return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Until then it says so itself. */
  const whole = (ann: Client): Promise<void> =>
    eventually(async () => expect((await ann.get(H)).body.degraded).toEqual([]), { timeoutMs: 15_000 });

  /** @param before a time before anything was deleted. */
  async function expectKept(ann: Client, before: number): Promise<void> {
    const { records, degraded } = (await ann.get(`${H}?limit=50`)).body;
    expect([records.length, degraded]).toEqual([9, []]);
    expect((await ann.get(`${H}/video/k5`)).body).toMatchObject({ progress: 105, title: 'K5' });
    expect((await ann.get(`${H}/settings`)).body.retentionDays).toBe(50);
    expect(await shelfOf(ann)).not.toContain('k4');
    await report(ann, 'k3', { progress: 1, at: iso(before) });
    expectProblem(await ann.get(`${H}/video/k3`), 404, 'HISTORY_NOT_FOUND');
  }
});
