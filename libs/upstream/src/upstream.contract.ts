import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type RequestListener } from './in-process.js';
import { type Upstream } from './upstream.js';

export interface UpstreamUnderTest {
  readonly upstream: Upstream;
  /** Starts the BFF behind the upstream; returns what stops it. */
  serve(listener: RequestListener): Promise<() => Promise<void>>;
}

/** The promises of `Upstream`, run on every adapter. */
export function describeUpstream(name: string, create: () => Promise<UpstreamUnderTest>): void {
  describe(`upstream ${name}`, () => {
    const cleanup: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const step of cleanup.splice(0).reverse()) await step();
    });

    async function gateway(listener: RequestListener): Promise<number> {
      const { upstream, serve } = await create();
      const stop = await serve(listener);
      const server = createServer((request, response) => void upstream.forward(request, response));
      const port = await listen(server);
      cleanup.push(
        stop,
        () => upstream.close(),
        () => close(server),
      );
      return port;
    }

    it('passes method, path, headers and body on, and status, headers and body back', async () => {
      const port = await gateway((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers['x-a']}` });
          response.end(Buffer.concat(chunks));
        });
      });
      const answer = await call(port, 'POST', '/p?q=1', { 'x-a': 'b' }, 'héllo 👋');
      expect(answer).toMatchObject({ status: 201, body: 'héllo 👋' });
      expect(answer.headers['x-seen']).toBe('POST /p?q=1 b');
    });

    it('streams: the first chunk arrives before the answer has ended', async () => {
      let end: () => void = () => undefined;
      const port = await gateway((_request, response) => {
        response.writeHead(200);
        response.write('first');
        end = () => response.end('last');
      });
      const response = await open(port, 'GET', '/');
      await expect(nextChunk(response)).resolves.toBe('first');
      end();
      await expect(nextChunk(response)).resolves.toBe('last');
    });

    it('tells the BFF when the client has gone', async () => {
      const gone = Promise.withResolvers<void>();
      const port = await gateway((_request, response) => {
        response.on('close', () => gone.resolve());
        response.writeHead(200);
        response.write('x');
      });
      const response = await open(port, 'GET', '/');
      await nextChunk(response);
      response.destroy();
      await gone.promise;
    });

    it('rejects as unavailable while no BFF is there', async () => {
      const { upstream } = await create();
      await expect(upstream.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

const open = (
  port: number,
  method: string,
  path: string,
  headers = {},
  body?: string,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers }, resolve);
    request.on('error', reject);
    request.end(body);
  });

const nextChunk = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve) => response.once('data', (chunk: Buffer) => resolve(chunk.toString())));

async function call(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
) {
  const response = await open(port, method, path, headers, body);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}
