import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, uniqueName } from '../support/client.js';
import { expectProblem, type Answered } from '../support/expect-problem.js';
import { Product } from '../support/product.js';
import { verbatim } from '../support/verbatim.js';

const MIB = 1024 * 1024;
const INVALID = 'COMMON_REQUEST_INVALID';
let subjects = 0;

describe('an attacker who sends bodies', () => {
  let product: Product;
  let user: Client;
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    user = await new Client(() => product.url).register();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  interface Sent {
    readonly type?: string;
    readonly chunked?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  }

  const send = (path: string, body: string | Uint8Array, sent: Sent = {}): Promise<Answered> =>
    verbatim(product.url, {
      method: 'POST',
      path,
      body,
      chunked: sent.chunked ?? false,
      headers: {
        authorization: `Bearer ${user.accessToken}`,
        'content-type': sent.type ?? 'application/json',
        ...sent.headers,
      },
    });

  /** Where strangers write: each is sent what must be refused before anybody looks at its meaning. */
  const DOORS = [
    '/auth/v1/register',
    '/auth/v1/login',
    '/auth/v1/refresh',
    '/web/v1/subjects/counts',
    '/web/v1/history/batch',
    '/web/v1/history/progress',
  ];
  const posts = (): string => `/web/v1/subjects/video/attack-${(subjects += 1)}/comments`;

  async function expectRefusedEverywhere(
    body: string | Uint8Array,
    status: number | readonly number[],
    code: string,
    sent?: Sent,
  ): Promise<void> {
    for (const path of [...DOORS, posts()]) expectProblem(await send(path, body, sent), status, code);
    expect((await user.get('/auth/v1/me')).status).toBe(200);
  }

  const comment = async (text: unknown): Promise<Answered> => send(posts(), JSON.stringify({ text }));
  const textOf = ({ text }: Answered): unknown =>
    (JSON.parse(text) as { comment: { text: string } }).comment.text;

  it('is heard with a good one (the control of all others)', async () => {
    const answer = await comment('good');
    expect([answer.status, textOf(answer)]).toEqual([202, 'good']);
    expect((await send('/web/v1/subjects/counts', '{"subjects":[]}')).status).toBe(200);
  });

  it('sends more than 1 MiB, whether or not it says so before', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(MIB) });
    for (const chunked of [false, true])
      await expectRefusedEverywhere(body, 413, 'COMMON_TOO_LARGE', { chunked });
  });

  it('sends 1 MiB to the byte, which is judged by its meaning', async () => {
    const frame = JSON.stringify({ text: '' }).length;
    expectProblem(await comment('x'.repeat(MIB - frame)), 422, 'COMMENT_TEXT_INVALID');
  });

  it.each([
    ['arrays', '['.repeat(500_000), ']'.repeat(500_000)],
    ['objects', '{"a":'.repeat(100_000), `1${'}'.repeat(100_000)}`],
    ['arrays that never end', '['.repeat(500_000), ''],
    ['33 arrays', `{"text":${'['.repeat(32)}`, `${']'.repeat(32)}}`],
  ])('nests %s', (_what, start, end) => expectRefusedEverywhere(start + end, 400, INVALID));

  it.each([
    ['a lone continuation byte', Buffer.from('{"text":"\x80"}', 'latin1')],
    ['an overlong slash', Buffer.from('{"text":"\xc0\xaf"}', 'latin1')],
    ['a surrogate in UTF-8', Buffer.from('{"text":"\xed\xa0\x80"}', 'latin1')],
    ['a character beyond Unicode', Buffer.from('{"text":"\xf5\x80\x80\x80"}', 'latin1')],
    ['UTF-16', Buffer.from('\ufeff{"text":"a"}', 'utf16le')],
    ['latin1', Buffer.from('{"text":"\xe9"}', 'latin1')],
    ['a cut character', Buffer.from('{"text":"\xe4\xb8', 'latin1')],
  ])('sends %s', (_what, body) => expectRefusedEverywhere(body, 400, INVALID));

  it.each(['\\ud800', '\\udc00', 'a\\ud83dz', '\\ud800\\ud800', '\\u0000', 'a\\u0000b', '\\udfff\\ud800'])(
    'escapes %s',
    async (escaped) => {
      await expectRefusedEverywhere(`{"text":"${escaped}"}`, 400, INVALID);
      await expectRefusedEverywhere(`{"${escaped}":1}`, 400, INVALID);
    },
  );

  it.each(['\u0001', '\u0007', '\b', '\r', '\u001b[31m', '\u007f', '\u0085', '\u009b31m'])(
    'writes the control character %j into a comment and a name',
    async (control) => {
      expectProblem(await comment(`a${control}b`), 400, INVALID);
      const displayName = `a${control}b`;
      const registered = { username: uniqueName(), password: 'a good password', displayName };
      expectProblem(await send('/auth/v1/register', JSON.stringify(registered)), 400, INVALID);
      const renamed = await user.patch('/auth/v1/me', { displayName });
      expectProblem(renamed, 400, INVALID);
    },
  );

  it.each([
    'line\nline\ttab',
    '\u{20000}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    'e' + '\u0301'.repeat(200),
    '\u202eevil',
    'a\u2028b',
  ])('writes %j, which is unusual but text, and gets it back to the byte', async (text) => {
    const answer = await comment(text);
    expect([answer.status, textOf(answer)]).toEqual([202, text]);
  });

  it('begins with a byte order mark, which is no part of the text', async () => {
    const answer = await send(posts(), `\ufeff${JSON.stringify({ text: 'marked' })}`);
    expect([answer.status, textOf(answer)]).toEqual([202, 'marked']);
  });

  it.each([
    '',
    '   ',
    '\n\t',
    '\u200b'.repeat(10_000),
    '\u2060\u00ad\u200d',
    '\u3164',
    'x'.repeat(2_001),
    '\u0301'.repeat(40_000),
  ])('writes %.10j, where nobody reads anything or too much', async (text) => {
    expectProblem(await comment(text), 422, 'COMMENT_TEXT_INVALID');
  });

  it.each([
    '{"text":"a","text":"b"}',
    '{"text":"a","t\\u0065xt":"b"}',
    '{"text":"a","x":{"y":1,"y":2}}',
    '{"text":1e999}',
    '{"text":"a","n":-1e999}',
    '{"text":NaN}',
    '{"text":Infinity}',
    '{"text":0x10}',
    "{'text':'a'}",
    '{text:"a"}',
    '{"text":"a",}',
    '{"text":"a"}{"text":"b"}',
    '{"text":"a"} x',
    '{"text":"a" // comment\n}',
    '{"text":"line\nbreak"}',
    '\u00a0{"text":"a"}',
    'undefined',
    '<text>a</text>',
    'text=a',
  ])('sends %s, which two parsers may read as two things', (body) =>
    expectRefusedEverywhere(body, 400, INVALID),
  );

  it.each([
    '{"__proto__":{"roles":["admin"]},"text":"a"}',
    '{"text":"a","constructor":{"prototype":{"roles":["admin"]}}}',
    '{"text":"a","x":{"__proto__":null}}',
    '{"text":"a","\\u005f_proto__":1}',
  ])('pollutes prototypes by %s', async (body) => {
    await expectRefusedEverywhere(body, 400, INVALID);
    expectProblem(await user.get('/admin/v1/queue'), 403, 'GATEWAY_FORBIDDEN');
  });

  it.each([
    'null',
    'true',
    '1',
    '"text"',
    '[]',
    '[{"text":"a"}]',
    '{}',
    '{"text":null}',
    '{"text":1}',
    '{"text":["a"]}',
    '{"text":{}}',
  ])('sends %s, which is JSON of another shape', (body) => expectRefusedEverywhere(body, 400, INVALID));

  it.each([9223372036854775807n, 1, -1, 1.5])('gives the id %d as a number', async (id) => {
    expectProblem(await send(posts(), `{"text":"a","parentId":${id}}`), 400, INVALID);
  });

  it.each(['9223372036854775808', '-1', '0', '0x1', '1e3', ' 1', '1 ', '9'.repeat(40), '', 'null', '１'])(
    'gives %j for an id',
    async (parentId) => {
      expectProblem(await send(posts(), JSON.stringify({ text: 'a', parentId })), 400, INVALID);
    },
  );

  it('sets what is not theirs: fields nobody named have no effect', async () => {
    const wanted = {
      state: 'visible',
      floor: 1,
      likes: 999,
      pinned: true,
      authorId: '1',
      userId: '1',
      author: { id: '1' },
    };
    const answer = await user.accept(posts(), { text: 'mass', id: '1', ...wanted });
    expect(answer.status).toBe(202);
    expect(answer.body.comment).toMatchObject({
      state: 'pending',
      floor: null,
      author: { id: user.user?.id },
    });
    const username = uniqueName();
    const registered = await new Client(() => product.url).post('/auth/v1/register', {
      username,
      password: 'a good password',
      roles: ['admin'],
      role: 'admin',
      level: 6,
      points: 1_000_000,
      id: '1',
    });
    expect([registered.status, registered.body.user.roles]).toEqual([201, ['user']]);
    expect(registered.body.user).toMatchObject({ username, points: expect.any(Number) });
    expect(registered.body.user.id).not.toBe('1');
    expect(registered.body.user.level).toBeLessThan(6);
    const patched = await user.patch('/auth/v1/me', {
      displayName: 'renamed',
      roles: ['admin'],
      points: 9_999_999,
    });
    expect(patched.body.user).toMatchObject({ displayName: 'renamed', roles: ['user'] });
    expect(patched.body.user.points).toBeLessThan(9_999_999);
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json;charset=utf-8;charset=utf-16',
    'application/json, text/plain',
    'application/json\t; charset=utf-16',
    'application/json;\tboundary=x',
    'application/jsonx',
    'xapplication/json',
    'application/ json',
    'application /json',
    'application/json+evil',
    'application/vnd.api+json',
    'application/problem+json',
    'application/xml',
    '*/*',
    'application',
    '',
  ])('calls JSON %j', (type) =>
    expectRefusedEverywhere('{"text":"a"}', 415, 'COMMON_UNSUPPORTED_MEDIA', { type }),
  );

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
  ])('calls JSON %s, and that is right', async (type) => {
    expect((await send(posts(), '{"text":"a"}', { type })).status).toBe(202);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'gzip, identity', 'nonsense'])(
    'sends a bomb in the encoding %s, which nobody unpacks',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(10 * MIB, '{"text":"a"}'));
      await expectRefusedEverywhere(bomb, 415, 'COMMON_UNSUPPORTED_MEDIA', {
        headers: { 'content-encoding': encoding },
      });
    },
  );

  it('sends forms to the newer phone client, which frozen version alone may take them', async () => {
    const type = 'application/x-www-form-urlencoded';
    expectProblem(await send('/app/v2/home', 'subjects=', { type }), 415, 'COMMON_UNSUPPORTED_MEDIA');
  });

  it('sends nothing at all, blanks, or half of it', async () => {
    for (const body of ['', ' ', '\n', '{', '{"text"', '{"text":"a', '{"text":"a"']) {
      await expectRefusedEverywhere(body, 400, INVALID);
      await expectRefusedEverywhere(body, 400, INVALID, { chunked: true });
    }
  });

  describe('about what they watched', () => {
    const record = '/web/v1/history/video/attack';
    const stranger = (): Client => new Client(() => product.url);
    const oids = async (who: Client): Promise<string[]> =>
      (await who.get('/web/v1/history')).body.records.map(({ oid }: { oid: string }) => oid);

    it('and is heard with a good report (the control of all others)', async () => {
      expect((await user.put(record, { progress: 10, duration: 100 })).body).toEqual({ recorded: true });
      expect(await oids(user)).toEqual(['attack']);
    });

    it('writes into the history of another person, or reads and clears it', async () => {
      const thief = await stranger().register();
      const mine = { progress: 99, userId: user.user?.id, user_id: user.user?.id, oid: 'forged' };
      expect((await thief.put(`/web/v1/history/video/theirs?userId=${user.user?.id}`, mine)).status).toBe(
        202,
      );
      expect([await oids(thief), await oids(user)]).toEqual([['theirs'], ['attack']]);
      expectProblem(await thief.get(record), 404, 'HISTORY_NOT_FOUND');
      expect((await thief.delete(record)).status).toBe(204);
      expect((await thief.delete('/web/v1/history')).status).toBe(204);
      expect((await user.get(record)).body).toMatchObject({ oid: 'attack', progress: 10 });
    });

    it('says nothing about who they are', async () => {
      for (const [method, path] of [
        ['PUT', record],
        ['GET', record],
        ['DELETE', record],
        ['GET', '/web/v1/history'],
        ['DELETE', '/web/v1/history'],
        ['POST', '/web/v1/history/batch'],
        ['POST', '/web/v1/history/progress'],
        ['GET', '/web/v1/history/settings'],
        ['PUT', '/web/v1/history/settings'],
        ['GET', '/web/v1/history/continue'],
      ] as const)
        expectProblem(await stranger().call(method, path), 401, 'GATEWAY_TOKEN_REQUIRED');
    });

    it.each([
      { progress: '10' },
      { progress: 1.5 },
      { progress: -2 },
      { progress: 2 ** 31 },
      { progress: null },
      { progress: true },
      { progress: [10] },
      { progress: 1, duration: -1 },
      { progress: 1, private: 'yes' },
      { progress: 1, private: 1 },
      { progress: 1, at: 'NaN' },
      { progress: 1, at: 0 },
      { progress: 1, url: 'javascript:alert(1)' },
      { progress: 1, coverUrl: 'data:text/html,<script>' },
      { progress: 1, coverUrl: '//evil.example/x.png' },
      { progress: 1, device: 'd'.repeat(33) },
    ])('reports %j', async (body) => {
      expectProblem(await user.put(record, body), 400, INVALID);
      expect((await user.get(record)).body).toMatchObject({ progress: 10 });
    });

    it.each([
      { paused: '1' },
      { paused: 'yes' },
      { paused: 1 },
      { retentionDays: 0 },
      { retentionDays: '90' },
    ])('sets %j, which must not become what it resembles', async (body) => {
      expectProblem(await user.put('/web/v1/history/settings', body), 400, INVALID);
    });

    it.each([
      'business=',
      'busines=video',
      'business=video&business=audio',
      'business[]=video',
      'business=%2e%2e',
    ])('deletes by ?%s, which is not everything', async (query) => {
      expectProblem(await user.delete(`/web/v1/history?${query}`), 400, INVALID);
      expect(await oids(user)).toEqual(['attack']);
    });
  });
});
