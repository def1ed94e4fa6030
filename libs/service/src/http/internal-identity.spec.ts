import { once } from 'node:events';
import { request as httpRequest, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { FakeClock, currentContext, type Principal, type RequestContext } from '@storey/context';
import Fastify, { type FastifyInstance } from 'fastify';
import { useInternalIdentity } from './internal-identity.js';

const principal = (userId: string): Principal => ({
  userId,
  sessionId: `s${userId}`,
  roles: ['user'],
  level: 1,
});

interface Held {
  readonly context: RequestContext;
  readonly response: ServerResponse;
}

describe('useInternalIdentity', () => {
  let clock: FakeClock;
  let tokens: InternalTokens;
  let fastify: FastifyInstance;
  let held: { entered: PromiseWithResolvers<Held>; release: PromiseWithResolvers<void> };
  beforeEach(() => {
    clock = new FakeClock();
    tokens = new InternalTokens({ secret: new Uint8Array(32), clock });
    held = { entered: Promise.withResolvers(), release: Promise.withResolvers() };
    fastify = Fastify();
    useInternalIdentity(fastify, 'web-bff', tokens, clock);
    const who = async () => ({ userId: currentContext().principal?.userId ?? null });
    fastify.get('/who', who).post('/who', who);
    fastify.get('/held', async (_request, reply) => {
      held.entered.resolve({ context: currentContext(), response: reply.raw });
      await held.release.promise;
      return reply.send({});
    });
  });
  afterEach(async () => {
    held.release.resolve();
    await fastify.close();
  });

  const ask = async (as: Principal | undefined, body?: object): Promise<unknown> => {
    const headers = { 'x-internal-token': tokens.mint(as, 'web-bff') };
    const method = body ? 'POST' : 'GET';
    return (await fastify.inject({ url: '/who', method, headers, ...(body && { payload: body }) })).json();
  };

  it('knows everyone by his own token, whether it was seen before or not', async () => {
    const callers = [principal('1'), principal('2'), undefined];
    const expected = [{ userId: '1' }, { userId: '2' }, { userId: null }];
    for (let round = 0; round < 2; round++) {
      expect(await Promise.all(callers.map((each) => ask(each)))).toEqual(expected);
      expect(await Promise.all(callers.map((each) => ask(each, { a: 1 })))).toEqual(expected);
    }
    expect(tokens.verified).toBe(3);
  });

  it('does not know a token beyond its life, though it was seen before', async () => {
    const token = tokens.mint(undefined, 'web-bff');
    const statusOf = async () =>
      (await fastify.inject({ url: '/who', headers: { 'x-internal-token': token } })).statusCode;
    expect(await statusOf()).toBe(200);
    await clock.advance(60_000);
    expect(await statusOf()).not.toBe(200);
  });

  const leave = async (): Promise<() => void> => {
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastify.server.address() as AddressInfo;
    const headers = { 'x-internal-token': tokens.mint(undefined, 'web-bff') };
    const request = httpRequest({ port, host: '127.0.0.1', path: '/held', headers });
    request.on('error', () => undefined).end();
    return () => void request.destroy();
  };

  it('tells work by its signal, the same for all who ask, that the client has gone', async () => {
    const go = await leave();
    const { context } = await held.entered.promise;
    const { signal = AbortSignal.abort() } = context;
    expect([signal.aborted, context.signal === signal, { ...context }.signal === signal]).toEqual([
      false,
      true,
      true,
    ]);
    go();
    await once(signal, 'abort');
    expect(signal.reason).toMatchObject({ message: 'the client has gone' });
  });

  it('tells it also who asks only afterwards', async () => {
    const go = await leave();
    const { context, response } = await held.entered.promise;
    go();
    await once(response, 'close');
    expect(context.signal?.aborted).toBe(true);
  });
});
