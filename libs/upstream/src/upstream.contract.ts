import { once } from 'node:events';
import { createServer, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type RequestListener } from './in-process.js';
import { type Upstream } from './upstream.js';

export interface UpstreamUnderTest {
  readonly upstream: Upstream;
  /** Starts the BFF behind the upstream; returns what stops it. */
  serve(listener: RequestListener): Promise<() => Promise<void>>;
}

/** Bytes that no buffer on the way takes at once. */
const LARGE = 8 * 1024 * 1024;

/** The promises of `Upstream`, run on every adapter. */
export function describeUpstream(name: string, create: () => Promise<UpstreamUnderTest>): void {
  describe(`upstream ${name}`, () => {
    const cleanup: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const step of cleanup.splice(0).reverse()) await step();
    });

    /** A gateway before `listener`; `ends` tells how each forwarding ended. */
    async function gateway(listener: RequestListener) {
      const { upstream, serve } = await create();
      cleanup.push(() => upstream.close(), await serve(listener));
      const ends: Promise<unknown>[] = [];
      const server = createServer((request, response) => {
        ends.push(upstream.forward(request, response).catch((error: unknown) => error));
      });
      cleanup.push(() => closeServer(server));
      return { port: await listenOn(server), ends };
    }

    it('passes method, path, headers and body on, and status, headers and body back', async () => {
      const { port } = await gateway(async (request, response) => {
        const body = await bytesOf(request);
        response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers['x-a']}` });
        response.end(body);
      });
      const answer = await call(
        { port, method: 'POST', path: '/p?q=1', headers: { 'x-a': 'b' } },
        'héllo 👋',
      );
      expect(answer).toMatchObject({ status: 201, body: 'héllo 👋' });
      expect(answer.headers['x-seen']).toBe('POST /p?q=1 b');
    });

    it('passes a body of unknown length on', async () => {
      const { port } = await gateway(async (request, response) => {
        response.end(`${request.headers['transfer-encoding']}: ${(await bytesOf(request)).toString()}`);
      });
      const request = send({ port, method: 'POST' });
      request.write('one ');
      request.end('two');
      expect((await answerOf(request)).body).toBe('chunked: one two');
    });

    it('keeps several cookies apart, and the length that the BFF told', async () => {
      const { port } = await gateway((_request, response) => {
        response.writeHead(200, { 'set-cookie': ['a=1; Path=/', 'b=2'], 'content-length': 2 });
        response.end('ok');
      });
      const { headers } = await call({ port });
      expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2']);
      expect([headers['content-length'], headers['transfer-encoding']]).toEqual(['2', undefined]);
    });

    it.each([
      ['HEAD', 200, { 'content-length': '7' }],
      ['GET', 204, { 'x-a': '1' }],
      ['GET', 304, { etag: '"1"' }],
    ])(
      'answers %s with %i by a head alone, and the next request as ever',
      async (method, status, headers) => {
        const { port } = await gateway((_request, response) => response.writeHead(status, headers).end());
        for (let i = 0; i < 2; i++) {
          const answer = await call({ port, method });
          expect(answer).toMatchObject({ status, body: '' });
          expect(answer.headers).toMatchObject(headers);
        }
      },
    );

    it('passes trailers back', async () => {
      const { port } = await gateway((_request, response) => {
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': '42' });
        response.end();
      });
      const response = await open({ port });
      expect((await bytesOf(response)).toString()).toBe('body');
      expect(response.trailers).toEqual({ 'x-sum': '42' });
    });

    it('lets a client go on that waits to be told so', async () => {
      const { port } = await gateway(async (request, response) => {
        response.end(await bytesOf(request));
      });
      const request = send({ port, method: 'PUT', headers: { expect: '100-continue', 'content-length': 4 } });
      request.flushHeaders();
      await once(request, 'continue');
      request.end('body');
      expect((await answerOf(request)).body).toBe('body');
    });

    it('streams: the first chunk arrives before the answer has ended, and the head before it', async () => {
      const held = Promise.withResolvers<() => void>();
      const { port } = await gateway((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        held.resolve(() => {
          response.write('first');
          held.resolve(() => undefined);
        });
        cleanup.push(async () => void response.end('last'));
      });
      const response = await open({ port });
      (await held.promise)();
      await expect(nextChunk(response)).resolves.toBe('first');
      await cleanup.pop()?.();
      await expect(nextChunk(response)).resolves.toBe('last');
    });

    it('carries much in both directions, at the pace of the slower side', async () => {
      const { port } = await gateway((request, response) => void request.pipe(response));
      const request = send({ port, method: 'POST' });
      request.end(Buffer.alloc(LARGE, 'x'));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      let bytes = 0;
      for await (const chunk of response) bytes += (chunk as Buffer).length;
      expect(bytes).toBe(LARGE);
    });

    it('does not fill up while the client does not read', async () => {
      let written = 0;
      const { port } = await gateway((_request, response) => {
        const chunk = Buffer.alloc(256 * 1024);
        const more = (): void => {
          while (written < 64 * LARGE && response.write(chunk)) written += chunk.length;
        };
        response.on('drain', more);
        more();
      });
      const response = await open({ port });
      response.pause();
      let before = -1;
      while (before !== written) {
        before = written;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(written).toBeLessThan(8 * LARGE);
      response.destroy();
    });

    it('tells the BFF when the client has gone', async () => {
      const gone = Promise.withResolvers<void>();
      const { port, ends } = await gateway((_request, response) => {
        response.on('close', () => gone.resolve());
        response.writeHead(200);
        response.write('x');
      });
      const response = await open({ port });
      await nextChunk(response);
      response.destroy();
      await gone.promise;
      await expect(ends[0]).resolves.toBeUndefined();
    });

    it('tells the BFF when the client goes in the midst of its body', async () => {
      const gone = Promise.withResolvers<unknown>();
      const begun = Promise.withResolvers<void>();
      const { port, ends } = await gateway((request) => {
        request.on('error', (error) => gone.resolve(error));
        request.once('data', () => begun.resolve());
      });
      const request = send({ port, method: 'POST', headers: { 'content-length': 100 } });
      request.on('error', () => undefined);
      request.write('half');
      await begun.promise;
      request.destroy();
      await expect(gone.promise).resolves.toMatchObject({ code: 'ECONNRESET' });
      await expect(ends[0]).resolves.toBeUndefined();
    });

    it('breaks off an answer that the BFF breaks off', async () => {
      const { port, ends } = await gateway((_request, response) => {
        response.writeHead(200, { 'content-length': 10 });
        response.write('half', () => response.destroy());
      });
      const response = await open({ port });
      await expect(bytesOf(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
      await expect(ends[0]).resolves.toBeUndefined();
    });

    it('brings an answer whole that comes while the body is still on its way', async () => {
      const { port } = await gateway((_request, response) => {
        response.writeHead(413, { 'content-length': 7 });
        response.end('refused');
      });
      const request = send({ port, method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
      const half = Buffer.alloc(512 * 1024);
      request.write(half);
      const answer = await answerOf(request);
      expect(answer).toMatchObject({ status: 413, body: 'refused' });
      request.end(half);
      await once(request, 'close');
      expect((await call({ port })).status).toBe(413);
    });

    it('has nothing to do for a client that went before', async () => {
      const { upstream, serve } = await create();
      let asked = 0;
      cleanup.push(() => upstream.close(), await serve(() => asked++));
      const over = Promise.withResolvers<void>();
      const server = createServer((request, response) => {
        response.once('close', () => upstream.forward(request, response).then(over.resolve, over.reject));
        response.destroy();
      });
      cleanup.push(() => closeServer(server));
      await expect(call({ port: await listenOn(server) })).rejects.toMatchObject({ code: 'ECONNRESET' });
      await over.promise;
      expect(asked).toBe(0);
    });

    it('rejects as unavailable while no BFF is there, and leaves the answer to the gateway', async () => {
      const { upstream } = await create();
      cleanup.push(() => upstream.close());
      await expect(upstream.ping()).rejects.toMatchObject({ kind: 'unavailable' });
      const server = createServer((request, response) => {
        upstream.forward(request, response).catch((error: unknown) => {
          response.writeHead(503, { 'x-kind': String((error as { kind?: unknown }).kind) }).end();
        });
      });
      cleanup.push(() => closeServer(server));
      const port = await listenOn(server);
      for (const method of ['GET', 'POST']) {
        const answer = await call({ port, method }, method === 'POST' ? 'body' : undefined);
        expect([answer.status, answer.headers['x-kind']]).toEqual([503, 'unavailable']);
      }
    });

    it('is there once a BFF is', async () => {
      const { upstream, serve } = await create();
      cleanup.push(
        () => upstream.close(),
        await serve((_request, response) => response.writeHead(401).end()),
      );
      await expect(upstream.ping()).resolves.toBeUndefined();
    });
  });
}

export async function listenOn(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export const closeServer = (server: Server & { closeAllConnections(): void }): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface Call {
  readonly port: number;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | number | string[]>;
}

export const send = (options: Call): ClientRequest => httpRequest({ host: '127.0.0.1', ...options });

export async function open(options: Call, body?: string): Promise<IncomingMessage> {
  const request = send(options);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function answerOf(request: ClientRequest) {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = (await bytesOf(response)).toString();
  return { status: response.statusCode, headers: response.headers, body };
}

export async function call(options: Call, body?: string) {
  const request = send(options);
  request.end(body);
  return answerOf(request);
}

export async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function nextChunk(response: IncomingMessage): Promise<string> {
  const [chunk] = (await once(response, 'data')) as [Buffer];
  return chunk.toString();
}
