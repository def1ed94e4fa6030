import { afterEach, describe, expect, it } from '@jest/globals';
import { type Principal } from '@storey/context';
import { comment } from '@storey/contracts';
import { CommentsBench, aSubject, alice, type Answers } from './comments-bench.js';

let bench: CommentsBench | undefined;
const open = async (answers: Answers): Promise<CommentsBench> => (bench = await CommentsBench.open(answers));

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const send =
  (opened: CommentsBench, method: 'PATCH' | 'PUT' | 'DELETE' | 'POST', path: string) =>
  async (payload?: object, as: Principal | undefined = alice) => {
    const answer = await opened.request({ method, url: `/web/v1/${path}`, ...(payload && { payload }) }, as);
    return { status: answer.statusCode, body: answer.json() };
  };

describe('PATCH subjects', () => {
  const answers = { changeSubject: () => ({ subject: aSubject }) };
  const patch = (opened: CommentsBench) => send(opened, 'PATCH', 'subjects/video/BV1');

  it('sends what is named alone, policy field by field, and answers the subject', async () => {
    const opened = await open(answers);
    const policy = { minLevel: 2 };
    const answer = await patch(opened)({ title: 'Film', policy, state: 'read_only', ownerId: '7', likes: 9 });
    expect(answer).toMatchObject({
      status: 202,
      body: { subject: { type: 'video', oid: 'BV1', state: 'open' } },
    });
    await patch(opened)({ url: null, ownerId: null, policy: { mode: 'review_then_post' } });
    const subject = { type: 'video', oid: 'BV1' };
    expect(opened.requestsOf('changeSubject')).toEqual([
      { subject, title: 'Film', policyMinLevel: 2, state: comment.SubjectState.READ_ONLY, ownerId: 7n },
      { subject, url: '', ownerId: 0n, policyMode: 'review_then_post' },
    ]);
  });

  it.each<[string, object]>([
    ['/title', { title: 'x'.repeat(301) }],
    ['/title', { title: 7 }],
    ['/url', { url: 'javascript:alert(1)' }],
    ['/url', { url: `https://x.example/${'x'.repeat(2048)}` }],
    ['/policy/mode', { policy: { mode: 'none' } }],
    ['/policy/minLevel', { policy: { minLevel: 7 } }],
    ['/policy/minLevel', { policy: { minLevel: 1.5 } }],
    ['/state', { state: 'shut' }],
    ['/ownerId', { ownerId: 'x' }],
  ])('refuses %s of %p', async (path, body) => {
    const answer = await patch(await open(answers))(body);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'COMMON_REQUEST_INVALID', errors: [{ path }] },
    });
  });
});

describe('pins', () => {
  it('are set and let go', async () => {
    const opened = await open({ pin: () => ({}) });
    expect(await send(opened, 'PUT', 'comments/5/pin')()).toEqual({ status: 202, body: {} });
    expect(await send(opened, 'DELETE', 'comments/5/pin')()).toEqual({ status: 202, body: {} });
    expect(opened.requestsOf('pin')).toEqual([
      { id: 5n, pinned: true },
      { id: 5n, pinned: false },
    ]);
  });
});

describe('POST reports', () => {
  it('sends the reason, and the note if there is one', async () => {
    const opened = await open({ report: () => ({}) });
    const report = send(opened, 'POST', 'comments/5/reports');
    expect(await report({ reason: 'spam' })).toEqual({ status: 202, body: {} });
    await report({ reason: 'other', note: 'off topic' });
    expect(opened.requestsOf('report')).toEqual([
      { id: 5n, reason: 'spam', note: '' },
      { id: 5n, reason: 'other', note: 'off topic' },
    ]);
  });

  it.each<[string, object]>([
    ['/reason', {}],
    ['/reason', { reason: 'boring' }],
    ['/note', { reason: 'spam', note: 'x'.repeat(1001) }],
  ])('refuses %s of %p', async (path, body) => {
    const answer = await send(await open({}), 'POST', 'comments/5/reports')(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });
});

it.each([
  ['PATCH', 'subjects/video/BV1'],
  ['PUT', 'comments/5/pin'],
  ['DELETE', 'comments/5/pin'],
  ['POST', 'comments/5/reports'],
] as const)('%s %s asks who one is before it looks at anything', async (method, path) => {
  const opened = await open({});
  const answer = await opened.request({ method, url: `/web/v1/${path}`, payload: { state: 'shut' } });
  expect([answer.statusCode, answer.json().code]).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
  expect(opened.calls).toEqual([]);
});
