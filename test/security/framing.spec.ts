import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { expectProblem } from '../support/expect-problem.js';
import { Product } from '../support/product.js';
import { verbatim } from '../support/verbatim.js';
import { Wire, exchange, request } from '../support/wire.js';

const PUBLIC = '/web/v1/subjects/video/attack/counts';
const SMUGGLED = `GET /auth/v1/me HTTP/1.1\r\nHost: storey.test\r\n\r\n`;

describe('an attacker on a raw socket', () => {
  let product: Product;
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  /** One refusal, then the end: nothing behind it is taken for a request. */
  async function expectRefused(text: string, statuses: readonly number[] = [400]): Promise<void> {
    const { answers, closed } = await exchange(product.url, text);
    expect(answers).toHaveLength(1);
    for (const answer of answers) expectProblem(answer, statuses);
    expect(closed).toBe(true);
  }

  it('is answered when the request is right (the control of all others)', async () => {
    const { answers, closed } = await exchange(product.url, request(`GET ${PUBLIC}`));
    expect([answers.map(({ status }) => status), closed]).toEqual([[200], true]);
    const both = await exchange(
      product.url,
      `GET ${PUBLIC} HTTP/1.1\r\nHost: a\r\n\r\n${request(`GET ${PUBLIC}`)}`,
    );
    expect(both.answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  const login = 'POST /auth/v1/login';
  const json = 'Content-Type: application/json';
  it.each([
    [
      'Content-Length and Transfer-Encoding',
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
    [
      'Transfer-Encoding and Content-Length',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      '0\r\n\r\n',
    ],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 100'], '{}'],
    ['two equal lengths', ['Content-Length: 2', 'Content-Length: 2'], '{}'],
    ['a list of lengths', ['Content-Length: 2, 2'], '{}'],
    ['a negative length', ['Content-Length: -1'], '{}'],
    ['a signed length', ['Content-Length: +2'], '{}'],
    ['a hexadecimal length', ['Content-Length: 0x2'], '{}'],
    ['an endless length', [`Content-Length: ${'9'.repeat(30)}`], '{}'],
    ['an empty length', ['Content-Length:'], '{}'],
    ['an unknown encoding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['chunked before another', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
    ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['a vertical tab before chunked', ['Transfer-Encoding:\vchunked'], '0\r\n\r\n'],
    ['a blank before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['a folded encoding', ['Transfer-Encoding:\r\n chunked'], '0\r\n\r\n'],
    ['a chunk size with a sign', ['Transfer-Encoding: chunked'], '-1\r\n{}\r\n0\r\n\r\n'],
    ['a chunk size in 0x', ['Transfer-Encoding: chunked'], '0x2\r\n{}\r\n0\r\n\r\n'],
    ['a chunk size beyond all', ['Transfer-Encoding: chunked'], `${'f'.repeat(20)}\r\n{}\r\n0\r\n\r\n`],
    ['a chunk without its end', ['Transfer-Encoding: chunked'], '2\r\n{}0\r\n\r\n'],
    ['chunks ended by LF', ['Transfer-Encoding: chunked'], '2\n{}\n0\n\n'],
    [
      'chunk extensions of 64 kB',
      ['Transfer-Encoding: chunked'],
      `2;${'x'.repeat(65_536)}\r\n{}\r\n0\r\n\r\n`,
    ],
  ])('frames a body by %s', async (_what, headers, body) => {
    await expectRefused(request(login, [json, ...headers], `${body}${SMUGGLED}`), [400, 413, 431]);
  });

  it.each([
    ['two Host headers', request(`GET ${PUBLIC}`, ['Host: evil.example'])],
    [
      'two Authorization headers',
      request(`GET ${PUBLIC}`, ['Authorization: Bearer a', 'authorization: Bearer b']),
    ],
    ['two content types', request(login, [json, 'content-type: text/plain', 'Content-Length: 2'], '{}')],
    ['no Host', `GET ${PUBLIC} HTTP/1.1\r\nConnection: close\r\n\r\n`],
    ['a folded header', request(`GET ${PUBLIC}`, ['X-A: a', ' b: c'])],
    ['a header folded by a tab', request(`GET ${PUBLIC}`, ['Authorization: Bearer', '\tx'])],
    ['LF for CRLF', request(`GET ${PUBLIC}`, ['X-A: a']).replaceAll('\r\n', '\n')],
    ['one LF among CRLF', request(`GET ${PUBLIC}`, ['X-A: a\nX-Roles: admin'])],
    ['CR alone', request(`GET ${PUBLIC}`, ['X-A: a\rX-Roles: admin'])],
    ['NUL in a value', request(`GET ${PUBLIC}`, ['X-A: a\0b'])],
    ['NUL in a name', request(`GET ${PUBLIC}`, ['X-\0A: b'])],
    ['a control character in a value', request(`GET ${PUBLIC}`, ['X-A: a\x01b'])],
    ['a blank in a name', request(`GET ${PUBLIC}`, ['X A: b'])],
    ['no name', request(`GET ${PUBLIC}`, [': b'])],
    ['no colon', request(`GET ${PUBLIC}`, ['X-A'])],
    ['a NUL in the path', request('GET /web\0/v1')],
    ['a blank in the path', request('GET /web v1')],
    ['HTTP/9.9', request('GET /').replace('HTTP/1.1', 'HTTP/9.9')],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/2 over the same port', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(300, '\x41')],
    ['noise', '\xff\xfe\xfd'.repeat(100)],
    ['a PROXY line', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${request(`GET ${PUBLIC}`)}`],
  ])('sends %s', (_what, text) => expectRefused(text, [400, 405]));

  it.each([201, 300, 1_000, 3_000])(
    'sends %i headers, none of which is left out in silence',
    async (count) => {
      const headers = Array.from({ length: count - 2 }, (_, at) => `h${at}: x`);
      await expectRefused(request(`GET ${PUBLIC}`, [...headers, 'Authorization: Bearer x.y.z']), [400, 431]);
    },
  );

  it('sends 20 kB in one header, in its name, and in the path', async () => {
    const long = 'x'.repeat(20_000);
    await expectRefused(request(`GET ${PUBLIC}`, [`X-A: ${long}`]), [431]);
    await expectRefused(request(`GET ${PUBLIC}`, [`${long}: a`]), [431]);
    await expectRefused(request(`GET /${long}`), [431]);
  });

  it.each([
    'TRACE',
    'PROPFIND',
    'MKCOL',
    'PURGE',
    'SEARCH',
    'LOCK',
    'FOO',
    'JEFF',
    'GETS',
    'M-SEARCH',
    'QUERY',
  ])('uses the verb %s', async (verb) => {
    const { answers, closed } = await exchange(
      product.url,
      request(`${verb} ${PUBLIC}`, ['X-Secret: canary']),
    );
    expect(closed).toBe(true);
    expect(answers).toHaveLength(1);
    for (const answer of answers) {
      expectProblem(answer, 405, 'COMMON_METHOD_NOT_ALLOWED');
      expect(answer.text).not.toContain('canary');
    }
  });

  it.each(['get', 'Get', 'GET\t', ''])('spells a verb %j', (verb) =>
    expectRefused(request(`${verb} ${PUBLIC}`)),
  );

  it('asks us to be its tunnel', async () => {
    const { answers, closed } = await exchange(product.url, request('CONNECT 169.254.169.254:80'));
    expect([answers.length, closed]).toEqual([1, true]);
    for (const answer of answers) expectProblem(answer, 405, 'COMMON_METHOD_NOT_ALLOWED');
  });

  it('uses a verb that the path does not have', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await verbatim(product.url, { method, path: PUBLIC });
      expectProblem(answer, 405, 'COMMON_METHOD_NOT_ALLOWED');
      expect(answer.headers.get('allow')).toContain('GET');
    }
  });

  it('asks for an upgrade or an expectation, and gets the plain answer', async () => {
    for (const headers of [
      ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'],
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
      ['Expect: the unexpected'],
    ]) {
      const { answers } = await exchange(product.url, request(`GET ${PUBLIC}`, headers));
      expect(answers.map(({ status }) => status)).toEqual([200]);
    }
  });

  it('names our inner headers in Connection, to have them taken away', async () => {
    const names = 'x-internal-token, x-client-ip, x-trace-id, authorization, host';
    const { answers } = await exchange(
      product.url,
      request('GET /auth/v1/me', [`Connection: close, ${names}`]),
    );
    for (const answer of answers) expectProblem(answer, 401, 'GATEWAY_TOKEN_REQUIRED');
    expect(answers).toHaveLength(1);
  });

  it('hides a second request behind a body that is refused', async () => {
    const body = '{"username":"a","password":"b"}';
    for (const headers of [
      ['Content-Type: text/plain', `Content-Length: ${body.length}`],
      [json, `Content-Length: ${2 * 1024 * 1024}`],
    ]) {
      const { answers } = await exchange(product.url, request(login, headers, body + SMUGGLED), 500);
      expect(answers.length).toBe(1);
      for (const answer of answers) expectProblem(answer, [413, 415]);
    }
  });

  it('breaks the second request of a connection while the first is being answered', async () => {
    const first = `GET ${PUBLIC} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const { answers, closed } = await exchange(product.url, `${first}\0\0\0 broken\r\n\r\n`);
    expect(closed).toBe(true);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 400)).toEqual(
      [],
    );
    expect(answers[0]?.status ?? 200).toBe(200);
  });

  it('leaves connections in every way, and the next caller is served', async () => {
    for (const text of [
      '',
      'G',
      'GET / HT',
      request(login, [json, 'Content-Length: 100'], '{"user'),
      request(`GET ${PUBLIC}`),
    ]) {
      const wire = await Wire.open(product.url);
      wire.send(text);
      await sleep(5);
      wire[Symbol.dispose]();
    }
    expect((await new Client(() => product.url).get(PUBLIC)).status).toBe(200);
  });

  it('says everything very slowly on many connections: each ends in time, and others are served', async () => {
    const wires = await Promise.all(Array.from({ length: 60 }, () => Wire.open(product.url)));
    const parts = {
      header: wires.slice(0, 20),
      body: wires.slice(20, 40),
      idle: wires.slice(40, 60),
    };
    for (const wire of parts.header) wire.send(`GET ${PUBLIC} HTTP/1.1\r\nHost: a\r\nX-A: `);
    for (const wire of parts.body) wire.send(request(login, [json, 'Content-Length: 1000'], '{"username":"'));
    const drip = setInterval(() => {
      for (const wire of [...parts.header, ...parts.body]) wire.send('a');
    }, 500);
    try {
      const client = new Client(() => product.url);
      const served: number[] = [];
      for (let i = 0; i < 20; i += 1) served.push((await client.get(PUBLIC)).status);
      expect(new Set(served)).toEqual(new Set([200]));
      const heard = await Promise.all(wires.map((wire) => wire.hear(13_500)));
      expect(heard.filter(({ closed }) => !closed)).toEqual([]);
      for (const answer of heard.flatMap(({ answers }) => answers)) expectProblem(answer, 408);
      expect(heard.slice(0, 40).filter(({ answers }) => answers.length !== 1)).toEqual([]);
      expect((await client.get(PUBLIC)).status).toBe(200);
    } finally {
      clearInterval(drip);
      for (const wire of wires) wire[Symbol.dispose]();
    }
  }, 20_000);
});
