import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Post, Res } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { systemClock } from '@storey/context';
import { createLogger } from '@storey/observability';
import { freePort } from '@storey/testing';
import { UpstreamHub, openUpstream, type Upstream } from '@storey/upstream';
import { type FastifyReply } from 'fastify';
import { type Platform, type RunningApp } from '../platform.js';
import { createBff } from './create-bff.js';
import { serveBff, type Front, type ServeOptions } from './serve-bff.js';

const held = { entered: Promise.withResolvers<void>(), release: Promise.withResolvers<void>() };

@Controller()
class ThingsController {
  @Get('held')
  async held() {
    held.entered.resolve();
    await held.release.promise;
    return { done: true };
  }

  @Get('events')
  events(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': ready\n\n');
  }

  @Post('things')
  add(@Body() body: object) {
    return { fields: Object.keys(body).length };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('serveBff', () => {
  const tokens = new InternalTokens({ secret: new Uint8Array(32) });
  const cleanup: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });

  async function serve(url: string, options: ServeOptions = {}) {
    const hub = new UpstreamHub();
    const platform = {
      logger: createLogger('silent'),
      tokens,
      clock: systemClock,
      ports: { upstreamHub: hub, kvState: undefined },
      config: { host: '127.0.0.1', upstreamWebUrl: url },
    } as unknown as Platform;
    const app = await createBff({ name: 'web-bff', module: ThingsModule, platform });
    const running = await serveBff(app, platform, 'web-bff', options).catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    const upstream = openUpstream(url, 'web-bff', hub);
    const port = await gatewayTo(upstream);
    return { running, port, upstream };
  }

  /** As the gateway does: a token, and on with it. */
  async function gatewayTo(upstream: Upstream): Promise<number> {
    const server = createServer(async (request, response) => {
      request.headers['x-internal-token'] = tokens.mint(undefined, 'web-bff');
      await upstream.forward(request, response).catch(() => response.writeHead(503).end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanup.push(
      () => upstream.close(),
      () => closeServer(server),
    );
    return (server.address() as AddressInfo).port;
  }

  const closing = (running: RunningApp): void => void cleanup.push(() => running.close());

  it('offers a BFF to the gateway of its own process', async () => {
    const { port, running } = await serve('inproc:');
    expect((await get(port, '/things')).statusCode).toBe(405);
    await running.close();
    expect((await get(port, '/things')).statusCode).toBe(503);
  });

  it('listens on the port of its upstream URL', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { port, running, upstream } = await serve(url);
    closing(running);
    await upstream.ping();
    expect((await get(port, '/things')).statusCode).toBe(405);
    expect((await fetch(`${url}/things`)).status).toBe(401);
    await expect(serve(url)).rejects.toThrow(/^Port \d+ on 127\.0\.0\.1 is in use\. Set UPSTREAM_WEB_URL/);
  });

  it.each(['inproc:', 'http'])('lets a front see requests first, over %s', async (kind) => {
    const url = kind === 'http' ? `http://127.0.0.1:${await freePort()}` : kind;
    const front: Front = (request, response, usual) => {
      if (request.url === '/front') response.writeHead(204).end();
      else usual(request, response);
    };
    const { port, running } = await serve(url, { front });
    closing(running);
    expect((await get(port, '/front')).statusCode).toBe(204);
    expect((await get(port, '/things')).statusCode).toBe(405);
  });

  it('refuses a URL that it can’t be served at alone', async () => {
    await expect(serve('http://10.0.0.1:1,10.0.0.2:1')).rejects.toThrow('own address alone');
    await expect(serve('https://127.0.0.1:1')).rejects.toThrow('?cert= and &key=');
  });

  it('ends in order: streams at once, requests when they are done, the rest after them', async () => {
    const order: string[] = [];
    const url = `http://127.0.0.1:${await freePort()}`;
    const { port, running } = await serve(url, { beforeClose: async () => void order.push('rest') });
    const events = await get(port, '/events', { accept: 'text/event-stream' });
    await once(events, 'data');
    const running1 = get(port, '/held').then(({ statusCode }) => order.push(`answered ${statusCode}`));
    await held.entered.promise;
    const cut = textOf(events).catch(() => order.push('stream'));
    const closed = running.close().then(() => order.push('closed'));
    await cut;
    await expect(fetch(url)).rejects.toThrow();
    held.release.resolve();
    await Promise.all([closed, running1]);
    expect(order).toEqual(['stream', 'answered 200', 'rest', 'closed']);
  });

  it.each([
    ['application/json', 413],
    ['text/plain', 415],
  ])('answers %s of 3 MiB whole, though it does not read it, by %i', async (type, status) => {
    const { port, running } = await serve(`http://127.0.0.1:${await freePort()}`);
    closing(running);
    for (let i = 0; i < 20; i++) {
      const request = httpRequest({
        port,
        method: 'POST',
        path: '/things',
        headers: { 'content-type': type },
      });
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      for (let mebibyte = 0; mebibyte < 3; mebibyte++) request.write(Buffer.alloc(1024 * 1024, ' '));
      request.end('{}');
      const [response] = await answered;
      expect(response.statusCode).toBe(status);
      expect(JSON.parse(await textOf(response))).toMatchObject({ status });
    }
  });
});

async function get(port: number, path: string, headers = {}): Promise<IncomingMessage> {
  const request = httpRequest({ port, path, headers, host: '127.0.0.1' }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
