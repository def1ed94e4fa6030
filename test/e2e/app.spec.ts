import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client, type Answer } from '../support/client.js';
import { newOid } from '../support/commenting.js';
import { expectProblem } from '../support/expect-problem.js';
import { Product } from '../support/product.js';

const OID = newOid();
const POINTS_A_DAY = 10;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the phone client', () => {
  let product: Product;
  let ann: Client;
  const anonymous = (): Client => new Client(() => product.url);
  const postForm = (client: Client, fields: Record<string, string>): Promise<Answer> =>
    client.post('/app/v1/reply', new URLSearchParams(fields).toString(), { headers: FORM });
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await anonymous().register();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('counts as a first visit of its day, once', async () => {
    const bob = await anonymous().register();
    const points = async (): Promise<number> => (await bob.get('/auth/v1/me')).body.user.points;
    const visit = { headers: { 'x-client-date': new Date().toISOString().slice(0, 10) } };
    expect(await points()).toBe(0);
    for (let n = 0; n < 2; n += 1) await bob.get(`/app/v1/reply?type=video&oid=${OID}`, visit);
    await bob.get('/web/v1/notifications', visit);
    expect(await points()).toBe(POINTS_A_DAY);
  });

  it('posts form-encoded and reads it back in the frozen shape, by its cursor', async () => {
    const subject = { type: 'video', oid: OID };
    const posted = await postForm(ann, { ...subject, message: '你好 & hello' });
    expect(posted.status).toBe(200);
    for (let i = 0; i < 20; i += 1) await postForm(ann, { ...subject, message: `reply ${i}` });
    const read = (more = ''): Promise<Answer> =>
      anonymous().get(`/app/v1/reply?type=video&oid=${OID}${more}`);
    await eventually(async () => expect((await read()).body.data.replies[0]?.floor).toBe(21), {
      timeoutMs: 3000,
    });

    const first = (await read()).body;
    expect([first.code, first.data.replies.length]).toEqual([0, 20]);
    const { data } = (await read(`&pn_cursor=${first.data.cursor}`)).body;
    expect(data).toEqual({
      replies: [
        {
          rpid: posted.body.data.reply.rpid,
          root: '0',
          parent: '0',
          floor: 1,
          mid: ann.user?.id,
          uname: ann.user?.username,
          message: '你好 & hello',
          ctime: expect.any(Number),
          like: 0,
          rcount: 0,
        },
      ],
      cursor: null,
    });
    expect(Math.abs(data.replies[0].ctime - Date.now() / 1000)).toBeLessThan(60);

    const nested = await postForm(ann, { ...subject, message: 'nested', parent: data.replies[0].rpid });
    expect(nested.body.data.reply).toMatchObject({
      root: data.replies[0].rpid,
      parent: data.replies[0].rpid,
    });
  });

  it('asks for a user, a form and a good cursor', async () => {
    const fields = { type: 'video', oid: OID, message: 'x' };
    expectProblem(await postForm(anonymous(), fields), 401, 'GATEWAY_TOKEN_REQUIRED');
    expectProblem(await ann.post('/app/v1/reply', fields), 415, 'COMMON_UNSUPPORTED_MEDIA');
    expectProblem(await postForm(ann, { ...fields, parent: 'x' }), 400, 'COMMON_REQUEST_INVALID');
    const foreign = await ann.get(`/app/v1/reply?type=video&oid=${OID}&pn_cursor=junk`);
    expectProblem(foreign, 400, 'COMMON_CURSOR_INVALID');
    expectProblem(await ann.post('/app/v2/home', 'subjects=', { headers: FORM }), 415);
  });

  it('brings what was watched offline, and draws the first screen in one call', async () => {
    const records = [
      { business: 'video', oid: 'w', progress: 60, duration: 600, title: 'Watched' },
      { business: 'video' },
      { business: 'video', oid: 'f', progress: 1, at: new Date(Date.now() + 600_000).toISOString() },
    ];
    expectProblem(
      await anonymous().post('/app/v2/history/batch', { records }),
      401,
      'GATEWAY_TOKEN_REQUIRED',
    );
    const { status, body } = await ann.post('/app/v2/history/batch', { records });
    expect([status, body]).toEqual([
      202,
      {
        accepted: 1,
        rejected: [
          { index: 1, code: 'COMMON_REQUEST_INVALID' },
          { index: 2, code: 'HISTORY_TIME_INVALID' },
        ],
      },
    ]);
    expectProblem(await ann.post('/app/v2/history/batch', { records: [] }), 400, 'COMMON_REQUEST_INVALID');

    const home = await ann.post('/app/v2/home', { subjects: [{ type: 'video', oid: 'none' }] });
    expect(home.body).toEqual({
      c: { 'video/none': [0, 0] },
      cw: [{ b: 'video', o: 'w', p: 60, d: 600, t: 'Watched' }],
      un: 0,
      degraded: [],
    });
    expect((await anonymous().post('/app/v2/home', {})).body).toEqual({ c: {}, cw: [], un: 0, degraded: [] });
  });
});
