import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InternalTokens } from '@storey/auth';
import { systemClock, type Principal } from '@storey/context';
import { AppError, outcomeUnknown } from '@storey/errors';
import { openKv, type Kv } from '@storey/kv';
import { createLogger } from '@storey/observability';
import { eventually } from '@storey/testing';
import { z } from 'zod';
import { type Platform } from '../platform.js';
import { createBff } from './create-bff.js';
import { KeepsOwnKeys } from './idempotency.interceptor.js';

const order = z.object({ what: z.string() });

const orders: string[] = [];
let hold: Promise<void> | undefined;
let refusal: AppError | undefined;

@Controller()
class OrdersController {
  @Post(['web/v1/orders', 'auth/v1/orders'])
  @HttpCode(202)
  async order(@Body({ schema: order }) { what }: z.output<typeof order>) {
    orders.push(what);
    await hold;
    if (refusal) throw refusal;
    return { what, number: orders.length };
  }

  @Post('web/v1/silence')
  @HttpCode(204)
  silence(): void {
    orders.push('silence');
  }

  @Post('web/v1/own')
  @KeepsOwnKeys()
  async own() {
    const [held, refused] = [hold, refusal];
    const number = orders.push('own');
    await held;
    if (refused) throw refused;
    return { number };
  }
}

@Module({ controllers: [OrdersController] })
class OrdersModule {}

const alice: Principal = { userId: '7', sessionId: '1', roles: ['user'], level: 0 };
const bob: Principal = { ...alice, userId: '8' };

describe('Idempotency-Key', () => {
  const tokens = new InternalTokens({ secret: new Uint8Array(32) });
  let app: NestFastifyApplication;
  let kvState: Kv;

  beforeEach(async () => {
    orders.length = 0;
    hold = refusal = undefined;
    kvState = await openKv('memory:');
    const logger = createLogger('silent');
    const platform = { logger, tokens, clock: systemClock, ports: { kvState } } as unknown as Platform;
    app = await createBff({ name: 'web-bff', module: OrdersModule, platform });
  });
  afterEach(async () => {
    await app.close();
    await kvState.close();
  });

  interface Sent {
    readonly key?: string;
    readonly body?: unknown;
    readonly as?: Principal | undefined;
    readonly path?: string;
  }

  const send = async ({ key = 'k-1', body = { what: 'tea' }, path = '/web/v1/orders', ...who }: Sent = {}) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: {
        'x-internal-token': tokens.mint('as' in who ? who.as : alice, 'web-bff'),
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      payload: JSON.stringify(body),
    });

  it('does the work once and gives later twins the same answer, marked as replayed', async () => {
    const first = await send();
    const second = await send({ body: { unknown: true, what: 'tea' } });
    expect(orders).toEqual(['tea']);
    expect([first.statusCode, first.headers['idempotent-replayed']]).toEqual([202, undefined]);
    expect([second.statusCode, second.headers['idempotent-replayed']]).toEqual([202, 'true']);
    expect(second.body).toBe(first.body);
  });

  it('remembers an answer without a body', async () => {
    const answers = [await send({ path: '/web/v1/silence' }), await send({ path: '/web/v1/silence' })];
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [204, ''],
      [204, ''],
    ]);
    expect(orders).toEqual(['silence']);
  });

  it('lets a twin at the same time wait for the first', async () => {
    let go: () => void = () => undefined;
    hold = new Promise((resolve) => (go = resolve));
    const twins = [send(), send()];
    setTimeout(go, 30);
    const [first, second] = await Promise.all(twins);
    expect(orders).toEqual(['tea']);
    expect(second?.body).toBe(first?.body);
  });

  it('refuses a key that stands for another body or route', async () => {
    await send();
    for (const other of [{ body: { what: 'milk' } }, { path: '/web/v1/silence' }])
      expect((await send(other)).json()).toMatchObject({ status: 422, code: 'COMMON_IDEMPOTENCY_MISMATCH' });
    expect(orders).toEqual(['tea']);
  });

  it('binds the key of a route that remembers by itself, until that refuses', async () => {
    const own = { path: '/web/v1/own', body: { what: 'own' } };
    await send(own);
    expect((await send()).json()).toMatchObject({ code: 'COMMON_IDEMPOTENCY_MISMATCH' });
    refusal = new AppError({ kind: 'conflict', code: 'SOLD_OUT', message: 'No tea.' });
    expect((await send({ ...own, key: 'k-2' })).statusCode).toBe(409);
    refusal = undefined;
    expect((await send({ key: 'k-2' })).statusCode).toBe(202);
    expect(orders).toEqual(['own', 'own', 'tea']);
  });

  it('binds it again for a twin that went well behind the refusal of the first', async () => {
    const own = { path: '/web/v1/own', body: { what: 'own' } };
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    refusal = new AppError({ kind: 'conflict', code: 'SOLD_OUT', message: 'No tea.' });
    hold = first.promise;
    const refused = send(own);
    await eventually(() => expect(orders).toHaveLength(1));
    [refusal, hold] = [undefined, second.promise];
    const done = send(own);
    await eventually(() => expect(orders).toHaveLength(2));
    first.resolve();
    expect((await refused).statusCode).toBe(409);
    second.resolve();
    expect((await done).statusCode).toBe(201);
    hold = undefined;
    expect((await send()).json()).toMatchObject({ code: 'COMMON_IDEMPOTENCY_MISMATCH' });
  });

  it('keeps the key of a route that may have done its work', async () => {
    refusal = outcomeUnknown();
    const own = { path: '/web/v1/own', body: { what: 'own' } };
    expect((await send(own)).statusCode).toBe(503);
    refusal = undefined;
    expect((await send()).statusCode).toBe(422);
    expect((await send(own)).statusCode).toBe(201);
  });

  it('keeps the keys of users apart', async () => {
    await send();
    await send({ as: bob, body: { what: 'milk' } });
    expect(orders).toEqual(['tea', 'milk']);
  });

  it('remembers only what went well', async () => {
    refusal = new AppError({ kind: 'conflict', code: 'SOLD_OUT', message: 'No tea.' });
    expect((await send()).statusCode).toBe(409);
    expect((await send({ body: { what: 1 } })).statusCode).toBe(400);
    refusal = undefined;
    expect((await send({ body: { what: 'milk' } })).statusCode).toBe(202);
    expect(orders).toEqual(['tea', 'milk']);
  });

  it.each(['', 'a b', 'x'.repeat(65), 'ü'])('refuses %j as a key', async (key) => {
    expect((await send({ key })).statusCode).toBe(400);
    expect((await send({ key, as: undefined })).statusCode).toBe(400);
    expect(orders).toEqual([]);
  });

  it('does not bind the anonymous, other paths, or routes that keep their own keys', async () => {
    for (const sent of [{ as: undefined }, { path: '/auth/v1/orders' }, { path: '/web/v1/own' }])
      for (const twin of [await send(sent), await send(sent)])
        expect(twin.headers['idempotent-replayed']).toBeUndefined();
    expect(orders).toEqual(['tea', 'tea', 'tea', 'tea', 'own', 'own']);
  });
});
