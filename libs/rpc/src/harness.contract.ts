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
export type CreateRpc = (
  targets: readonly string[],
  options: RpcOptions,
) => Promise<{ readonly server: Rpc; readonly client: Rpc; close(): Promise<void> }>;

/** Starts services for a test and closes them after it; fails a test that leaves a defect unlooked at. */
export class Harness {
  readonly #create: CreateRpc;
  readonly #closers: (() => Promise<void>)[] = [];
  #defects: unknown[] = [];
  #edges: string[] = [];
  #contexts: string[] = [];

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
    return { ...rpc, tokens };
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

/** A promise and what settles it, for handlers that a test holds. */
export const gate = <T = void>() => Promise.withResolvers<T>();
