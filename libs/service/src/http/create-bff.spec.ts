import { Controller, Get, Module, Param } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { systemClock } from '@storey/context';
import { createLogger } from '@storey/observability';
import { type FastifyInstance } from 'fastify';
import { type Platform } from '../platform.js';
import { createBff } from './create-bff.js';

@Controller('things')
class ThingsController {
  @Get(':id')
  thing(@Param('id') id: string) {
    return { id };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('createBff', () => {
  const tokens = new InternalTokens({ secret: new Uint8Array(32) });
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const platform = { logger: createLogger('silent'), tokens, clock: systemClock, ports: {} } as Platform;
    app = await createBff({
      name: 'web-bff',
      module: ThingsModule,
      platform,
      configure: async (fastify: FastifyInstance) => {
        // As the gateway does in one process: it has spoken on the response before.
        fastify.addHook('onRequest', async (request, reply) => {
          if (request.headers.origin) reply.raw.setHeader('vary', 'origin');
        });
      },
    });
  });
  afterAll(() => app.close());

  const get = async (url: string, headers: Record<string, string> = {}) =>
    app.inject({
      url,
      headers: {
        'x-internal-token': tokens.mint(undefined, 'web-bff'),
        'x-trace-id': TRACE,
        ...headers,
      },
    });

  it('serves the gateway and nobody else', async () => {
    expect((await get('/things/1')).json()).toEqual({ id: '1' });
    for (const token of ['', 'x.y.z', tokens.mint(undefined, 'admin-bff')])
      expect((await get('/things/1', { 'x-internal-token': token })).json()).toMatchObject({
        code: 'GATEWAY_TOKEN_INVALID',
        traceId: TRACE,
      });
  });

  it.each([`/things/${'9'.repeat(201)}`, '/things/%E0%A4%A'])(
    'refuses %.20s in the words of the contract, not of the router',
    async (url) => {
      const answer = await get(url);
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({ status: 400, code: 'COMMON_REQUEST_INVALID', traceId: TRACE });
      expect(answer.body).not.toContain('FST_');
    },
  );

  it('adds to what the answer varies by, and takes nothing away', async () => {
    expect((await get('/things/1')).headers.vary).toBe('authorization');
    const cors = await get('/things/1', { origin: 'https://a.example' });
    expect(cors.headers.vary).toBe('origin, authorization');
  });
});
