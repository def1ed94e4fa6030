import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InternalTokens } from '@storey/auth';
import { FakeClock, type RequestContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { grpcStatus } from '@storey/errors';
import { from } from 'rxjs';
import { Dispatcher, type BoundMethod } from './dispatcher.js';
import { WireFailure, type WireCall } from './wire.js';

const { countUnread: count, watch } = comment.CommentService.method;
const COUNT = '/storey.comment.v1.CommentService/CountUnread';
const WATCH = '/storey.comment.v1.CommentService/Watch';

/** A dispatcher as bytes from anywhere meet it. */
async function setup() {
  const clock = new FakeClock();
  const tokens = new InternalTokens({ secret: new Uint8Array(32), clock });
  const seen: RequestContext[] = [];
  const errors: unknown[] = [];
  const dispatcher = new Dispatcher(
    { target: 'comment', tokens, clock, onError: (error, method) => errors.push([method, error]) },
    new Map<string, BoundMethod>([
      [COUNT, { desc: count, handle: (_, context) => (seen.push(context), { count: 1n }) }],
      [WATCH, { desc: watch, handle: () => from([{ id: '1' }]) }],
    ]),
  );
  const token = tokens.mint(undefined, 'comment');
  const call = (rest: Partial<WireCall> = {}): WireCall => ({
    path: COUNT,
    metadata: { 'x-internal-token': token },
    body: new Uint8Array(),
    timeoutMs: 100,
    signal: new AbortController().signal,
    ...rest,
  });
  return { dispatcher, call, token, seen, errors };
}

async function failureOf(promise: Promise<unknown>): Promise<WireFailure> {
  const error = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(WireFailure);
  return error as WireFailure;
}

describe('Dispatcher', () => {
  it('answers bytes with bytes', async () => {
    const { dispatcher, call } = await setup();
    const reply = fromBinary(count.output, await dispatcher.unary(call()));
    expect(reply.count).toBe(1n);
  });

  it('answers a call without a token, or with a foreign one, by UNAUTHENTICATED', async () => {
    const { dispatcher, call, seen } = await setup();
    const foreign = new InternalTokens({ secret: new Uint8Array(32).fill(1) }).mint(undefined, 'comment');
    for (const metadata of [{}, { 'x-internal-token': '' }, { 'x-internal-token': foreign }]) {
      expect((await failureOf(dispatcher.unary(call({ metadata })))).status).toBe(16);
      const stream = dispatcher.stream(call({ path: WATCH, metadata }));
      expect((await failureOf(stream.next())).status).toBe(16);
    }
    expect(seen).toEqual([]);
  });

  it('believes no identity but the token’s', async () => {
    const { dispatcher, call, seen, token } = await setup();
    const forged = { 'x-internal-token': token, 'x-user-id': '1', 'x-roles': 'admin', principal: '{}' };
    await dispatcher.unary(call({ metadata: forged }));
    expect(seen[0]?.principal).toBeUndefined();
  });

  it.each([
    ['x-trace-id', 'ZZ'],
    ['x-trace-id', 'a'.repeat(33)],
    ['x-priority', 'critical_plus_plus'],
    ['x-priority', 'constructor'],
    ['x-lane', 'x'.repeat(65)],
    ['x-client-ip', '1.1.1.1, 2.2.2.2'],
  ])('reads past the ill-formed %s "%s"', async (name, value) => {
    const { dispatcher, call, seen, token } = await setup();
    await dispatcher.unary(call({ metadata: { 'x-internal-token': token, [name]: value } }));
    expect(seen[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(seen[0]).toMatchObject({ priority: 'sheddable_plus' });
    expect([seen[0]?.lane, seen[0]?.clientIp]).toEqual([undefined, undefined]);
  });

  it('gives a caller that sent no deadline the default one', async () => {
    const { dispatcher, call, seen } = await setup();
    await dispatcher.unary(call({ timeoutMs: undefined }));
    expect(seen[0]?.deadline?.remainingMs).toBe(400);
  });

  it('answers bytes that are no such message by INVALID_ARGUMENT, and no handler sees them', async () => {
    const { dispatcher, call, seen, errors } = await setup();
    const body = Uint8Array.of(0xff, 0xff, 0xff);
    expect((await failureOf(dispatcher.unary(call({ body })))).status).toBe(3);
    expect([seen, errors]).toEqual([[], []]);
  });

  it('takes a field that it does not know yet', async () => {
    const { dispatcher, call } = await setup();
    const body = toBinary(comment.MarkReadRequestSchema, create(comment.MarkReadRequestSchema, { upTo: 9n }));
    await expect(dispatcher.unary(call({ body }))).resolves.toBeDefined();
  });

  it('answers more than 4 MiB by RESOURCE_EXHAUSTED', async () => {
    const { dispatcher, call } = await setup();
    const failure = await failureOf(dispatcher.unary(call({ body: new Uint8Array(4 * 1024 * 1024 + 1) })));
    expect(failure.status).toBe(grpcStatus('too_large'));
    expect(failure.toAppError().code).toBe('COMMON_TOO_LARGE');
  });

  it.each([
    ['an unknown method', '/storey.comment.v1.CommentService/Nope'],
    ['a path of the prototype', '__proto__'],
    ['a stream called as a unary', WATCH],
  ])('answers %s by INTERNAL and reports it', async (_, path) => {
    const { dispatcher, call, errors } = await setup();
    expect((await failureOf(dispatcher.unary(call({ path })))).status).toBe(13);
    expect(errors).toEqual([[path, expect.objectContaining({ message: `comment does not serve ${path}.` })]]);
  });
});
