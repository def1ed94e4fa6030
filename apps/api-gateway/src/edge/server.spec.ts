import { type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEdgeServer, type Handler } from './server.js';

describe('createEdgeServer', () => {
  let server: Server;
  afterEach(() => void server.close());

  /** What comes back over one connection until it ends. */
  async function hear(text: string, handler: Handler = (_request, response) => response.end('fine')) {
    server = createEdgeServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  const problem = (heard: string): unknown => JSON.parse(heard.slice(heard.indexOf('\r\n\r\n')));

  it.each([
    ['GET / HTTP/1.1\r\nX A: b\r\n\r\n', 400, 'COMMON_REQUEST_INVALID'],
    ['\u0016\u0003\u0001', 400, 'COMMON_REQUEST_INVALID'],
    [`GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'COMMON_REQUEST_INVALID'],
    [`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(201)}\r\n`, 431, 'COMMON_REQUEST_INVALID'],
    ['FOO / HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'COMMON_METHOD_NOT_ALLOWED'],
    ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'COMMON_METHOD_NOT_ALLOWED'],
  ])('answers %.20j with a problem that has everything an answer has', async (text, status, code) => {
    const heard = await hear(text);
    expect(heard.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(problem(heard)).toMatchObject({ status, code });
    const { traceId } = problem(heard) as { traceId: string };
    expect(heard).toContain(`x-trace-id: ${traceId}`);
    expect(heard).toContain('x-content-type-options: nosniff');
    expect(heard.includes('allow: GET')).toBe(status === 405);
  });

  it.each([
    'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n',
  ])('leaves %j to the handler, where Node would answer without a body', async (text) =>
    expect(await hear(text)).toMatch(/^HTTP\/1\.1 200 [^]*fine/),
  );

  it('writes no refusal into an answer that has begun, nor before one that is owed', async () => {
    const broken = '\0\r\n\r\n';
    const first = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    const begun = await hear(`${first}${broken}`, (_request, response: ServerResponse) =>
      response.write('begun'),
    );
    expect(begun).not.toContain('COMMON_REQUEST_INVALID');
    server.close();
    expect(await hear(`${first}${broken}`, () => undefined)).toBe('');
  });
});
