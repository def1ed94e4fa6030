import { afterEach } from '@jest/globals';
import { comment } from '@storey/contracts';
import { type Served, type Transport, type Wire, type WireCall } from '../wire.js';
import { openGrpcTransport, type GrpcOptions } from './grpc-transport.js';

export const COUNT = '/storey.comment.v1.CommentService/CountUnread';
export const WATCH = '/storey.comment.v1.CommentService/Watch';

/** Answers every call with `name`, and every stream with it for ever. */
export const sayer = (name: string): Wire => ({
  unary: async () => Buffer.from(name),
  stream: () => ({ next: async () => ({ done: false, value: Buffer.from(name) }) }),
});

export const callOf = (rest: Partial<WireCall> = {}): WireCall => ({
  path: COUNT,
  metadata: {},
  body: new Uint8Array(),
  timeoutMs: 2_000,
  signal: new AbortController().signal,
  ...rest,
});

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** Both ends of gRPC without what lies above it; ends with the test. */
export class Wires {
  readonly #closers: (() => Promise<void>)[] = [];

  constructor() {
    afterEach(async () => {
      for (const close of this.#closers.splice(0).reverse()) await close();
    });
  }

  async serve(url: string, wire: Wire, options: Partial<GrpcOptions> = {}): Promise<Served> {
    const transport = await this.#open(url, options);
    const served = await transport.serve('comment', wire, [comment.CommentService]);
    this.#closers.push(() => served.close());
    return served;
  }

  async connect(url: string, options: Partial<GrpcOptions> = {}): Promise<Wire> {
    return (await this.#open(url, options)).connect('comment');
  }

  async #open(url: string, options: Partial<GrpcOptions>): Promise<Transport> {
    const transport = await openGrpcTransport('comment', url, { listenHost: '127.0.0.1', ...options });
    this.#closers.push(() => transport.close());
    return transport;
  }
}
