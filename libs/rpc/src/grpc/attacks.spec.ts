import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { InternalTokens } from '@storey/auth';
import { currentContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { freePort } from '@storey/testing';
import { NestFactory } from '@nestjs/core';
import { RpcController, openRpc, rpcErrors, type Handlers } from '../index.js';
import { COUNT, WATCH } from './wires.fixture.js';

const GET = '/storey.comment.v1.CommentService/GetComment';
const EDIT = '/storey.comment.v1.CommentService/Edit';
const SIZE = 4 * 1024 * 1024;

/** Remaining ms of each call that reached a handler. */
const seen: number[] = [];

@RpcController(comment.CommentService)
class Comments implements Pick<
  Handlers<typeof comment.CommentService>,
  'countUnread' | 'edit' | 'getComment' | 'watch'
> {
  async countUnread() {
    seen.push(currentContext().deadline?.remainingMs ?? Infinity);
    return { count: 1n };
  }

  async edit() {
    seen.push(0);
    return {};
  }

  async getComment() {
    seen.push(0);
    return {};
  }

  async *watch() {
    yield { id: '1' };
  }
}

class Root {}

describe('bytes from anywhere at a gRPC port', () => {
  const tokens = new InternalTokens({ secret: new Uint8Array(32) });
  let session: ClientHttp2Session;
  let url: string;
  let close: () => Promise<void>;

  beforeEach(async () => {
    seen.length = 0;
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const onError = (error: unknown): void => {
      throw error;
    };
    const rpc = await openRpc({ comment: `grpc://127.0.0.1:${port}` }, { tokens, onError });
    const strategy = rpc.strategy([comment.CommentService], { target: 'comment' });
    const module = { module: Root, controllers: [Comments], providers: [rpcErrors] };
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
    await app.listen();
    session = connect(url);
    session.on('error', () => undefined);
    close = async () => {
      session.destroy();
      await app.close();
    };
  });
  afterEach(() => close());

  function stream(path: string, headers: Record<string, string> = {}): ClientHttp2Stream {
    const sent = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    sent.on('error', () => undefined);
    return sent;
  }

  /** @returns the gRPC status. */
  async function send(
    path: string,
    message: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const sent = stream(path, { 'x-internal-token': tokens.mint(undefined, 'comment'), ...headers });
    let status = 0;
    for (const part of ['response', 'trailers'] as const)
      sent.on(part, (block: Record<string, unknown>) => (status ||= Number(block['grpc-status'] ?? 0)));
    sent.resume();
    sent.end(message);
    await once(sent, 'close');
    return status;
  }

  const stillServes = async (): Promise<void> => expect(await send(COUNT, frame())).toBe(0);

  it('without a token are UNAUTHENTICATED, in a call and in a stream, whatever else they say', async () => {
    const forged = { 'x-user-id': '1', 'x-roles': 'admin', 'x-internal-token': '' };
    for (const headers of [{ 'x-internal-token': '' }, { 'x-internal-token': 'x.y.z' }, forged]) {
      expect(await send(COUNT, frame(), headers)).toBe(16);
      expect(await send(WATCH, frame(), headers)).toBe(16);
    }
    expect(seen).toEqual([]);
  });

  it.each([
    ['99999999H', 60_000],
    ['1800000S', 60_000],
    ['59S', 59_000],
    ['-1S', 1_000],
  ])('that ask for %s get %i ms at most', async (timeout, ms) => {
    expect(await send(COUNT, frame(), { 'grpc-timeout': timeout })).toBe(0);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeLessThanOrEqual(ms);
    expect(seen[0]).toBeGreaterThan(ms - 900);
  });

  it('that give no time, get 400 ms', async () => {
    expect(await send(COUNT, frame())).toBe(0);
    expect(seen[0]).toBeLessThanOrEqual(400);
  });

  it.each([
    ['0m', 4],
    ['soon', 13],
  ])('that have the time "%s" get status %i, and no handler', async (timeout, status) => {
    expect(await send(COUNT, frame(), { 'grpc-timeout': timeout })).toBe(status);
    await stillServes();
    expect(seen).toHaveLength(1);
  });

  it('above 4 MiB are RESOURCE_EXHAUSTED, plain or grown from few', async () => {
    expect(await send(EDIT, frame(Buffer.alloc(SIZE + 1)))).toBe(8);
    const bomb = gzipSync(Buffer.alloc(32 * SIZE));
    expect(await send(EDIT, frame(bomb, 1), { 'grpc-encoding': 'gzip' })).toBe(8);
    expect(seen).toEqual([]);
    await stillServes();
  });

  it('of a method that does not exist are UNIMPLEMENTED', async () => {
    for (const path of ['/storey.comment.v1.CommentService/Nope', '/__proto__', '/a/b', '/%00/é'])
      expect(await send(path, frame())).toBe(12);
    await stillServes();
  });

  it('that are no message, or no UTF-8, are INVALID_ARGUMENT', async () => {
    expect(await send(GET, frame(Uint8Array.of(0xff, 0xff, 0xff)))).toBe(3);
    const edit = toBinary(comment.EditRequestSchema, create(comment.EditRequestSchema, { text: '~~' }));
    const broken = edit.map((byte) => (byte === 0x7e ? 0xff : byte));
    expect(await send(EDIT, frame(broken))).toBe(3);
    expect(seen).toEqual([]);
  });

  it('in a field that nobody knows yet are passed over', async () => {
    expect(await send(GET, frame(Uint8Array.of(0xfa, 0x3f, 0x01, 0x41)))).toBe(0);
    expect(seen).toHaveLength(1);
  });

  it('in two messages, in none, or in half of one, end that call alone', async () => {
    expect(await send(COUNT, Buffer.concat([frame(), frame()]))).toBe(12);
    expect(await send(COUNT, new Uint8Array())).toBe(12);
    expect(await send(COUNT, Uint8Array.of(0, 0, 0, 0, 9, 1))).not.toBe(0);
    await stillServes();
  });

  it('that are no gRPC are refused', async () => {
    const sent = stream(COUNT, { 'content-type': 'application/json' });
    const [headers] = (await once(sent.end(), 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(415);
  });

  it('opened and reset two thousand times harm nobody else', async () => {
    const attacker = session;
    for (let i = 0; i < 2_000; i++) stream(COUNT).close(8);
    session = connect(url);
    await stillServes();
    attacker.destroy();
    await stillServes();
  });
});

function frame(message: Uint8Array = new Uint8Array(), compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
