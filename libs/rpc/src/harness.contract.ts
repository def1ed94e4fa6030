import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InternalTokens } from '@storey/auth';
import { currentContext, type Clock } from '@storey/context';
import { comment } from '@storey/contracts';
import {
  RpcController,
  rpcErrors,
  type Handlers,
  type Rpc,
  type RpcClient,
  type RpcOptions,
} from './index.js';

export type Comments = Handlers<typeof comment.CommentService>;
export type CommentClient = RpcClient<typeof comment.CommentService>;

/** Opens two ends that know each other: the one that serves and the one that calls. */
export type CreateRpc = (targets: readonly string[], options: RpcOptions) => Promise<TwoEnds>;

export interface TwoEnds {
  readonly server: Rpc;
  readonly client: Rpc;
  /** How long a message, a cancellation or a new connection may be on its way, real ms. Absent: no time at all. */
  readonly transitMs?: number;
  close(): Promise<void>;
}

/** Turns of the event loop that what takes no time may take. */
const TURNS = 5;

/** Starts services for a test and closes them after it; fails a test that leaves a defect unlooked at. */
export class Harness {
  readonly #create: CreateRpc;
  readonly #closers: (() => Promise<void>)[] = [];
  #defects: unknown[] = [];
  #edges: string[] = [];
  #contexts: string[] = [];
  #transitMs = 0;

  constructor(create: CreateRpc) {
    this.#create = create;
    afterEach(async () => {
      for (const close of this.#closers.splice(0).reverse()) await close();
      this.edges();
      this.contexts();
      expect(this.defects()).toEqual([]);
    });
  }

  /** What handlers did wrong since this was last asked. */
  defects(): readonly unknown[] {
    return this.#defects.splice(0);
  }

  /** Traces in whose context the defects were reported. */
  contexts(): readonly string[] {
    return this.#contexts.splice(0);
  }

  edges(): readonly string[] {
    return this.#edges.splice(0);
  }

  async open(targets: readonly string[] = ['comment'], clock?: Clock) {
    const time = clock && { clock };
    const tokens = new InternalTokens({ secret: new Uint8Array(32), ...time });
    const rpc = await this.#create(targets, {
      tokens,
      ...time,
      onError: (error) => {
        this.#defects.push(error);
        this.#contexts.push(currentContext().traceId);
      },
      onEdge: (from, to) => this.#edges.push(`${from} → ${to}`),
    });
    this.#closers.push(() => rpc.close());
    this.#transitMs = rpc.transitMs ?? 0;
    return { ...rpc, tokens };
  }

  /** What of a deadline may be lost on the way, ms. */
  get lossMs(): number {
    return this.#transitMs;
  }

  /** Until whatever is on its way has arrived, and more. */
  async pause(): Promise<void> {
    for (let turns = 0; turns < 4 * TURNS; turns++) await turn();
    if (this.#transitMs > 0) await sleep(2 * this.#transitMs);
  }

  /** Passes when `check` does, as soon as what was sent can have arrived. */
  async arrived(check: () => void): Promise<void> {
    for (let turns = 0; turns < TURNS; turns++) await turn();
    await this.#eventually(async () => check());
  }

  /** What `call` answers once a target that has just started can be found. */
  async found<T>(call: () => Promise<T>): Promise<T> {
    return this.#eventually(call);
  }

  async #eventually<T>(check: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#transitMs;
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (performance.now() >= end) throw error;
      }
      await sleep(10);
    }
  }

  async serve(rpc: Rpc, controller: Type, providers: readonly Provider[] = [], target = 'comment') {
    class Root {}
    const module = { module: Root, controllers: [controller], providers: [rpcErrors, ...providers] };
    const strategy = rpc.strategy([comment.CommentService], { target });
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
    this.#closers.push(() => app.close());
    await app.listen();
    return app;
  }

  /** A started comment service with the given handlers, and a client of it. */
  async started(handlers: Partial<Comments>, clock?: Clock) {
    const { server, client } = await this.open(['comment'], clock);
    const app = await this.serve(server, controllerOf(handlers));
    return { app, comments: clientOf(client) };
  }
}

export function clientOf(rpc: Rpc, target = 'comment'): CommentClient {
  return rpc.client(comment.CommentService, { target, from: 'web-bff' });
}

/** A controller class that serves exactly `handlers`. */
export function controllerOf(handlers: Partial<Comments>): Type<Partial<Comments>> {
  class CommentsController {}
  for (const [method, handler] of Object.entries(handlers)) {
    const value = (request: never): unknown => handler(request);
    Object.defineProperty(CommentsController.prototype, method, {
      value,
      configurable: true,
      writable: true,
    });
  }
  RpcController(comment.CommentService)(CommentsController as Type<Partial<Comments>>);
  return CommentsController;
}

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A promise and what settles it, for handlers that a test holds. */
export const gate = <T = void>() => Promise.withResolvers<T>();
