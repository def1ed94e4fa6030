import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { EventPattern, GrpcMethod, Payload } from '@nestjs/microservices';
import { currentContext, type RequestContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { AppError, notFound } from '@storey/errors';
import { map, throwError, type Observable } from 'rxjs';
import { Harness, clientOf, gate, type CreateRpc } from './harness.contract.js';
import { RpcController, type Handlers } from './index.js';

type Comments = Handlers<typeof comment.CommentService>;

class DomainError extends Error {}

@Catch(DomainError)
class DomainFilter implements ExceptionFilter {
  catch(): Observable<never> {
    return throwError(() => notFound('Mapped.'));
  }
}

class Refuse implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

class AdminsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { principal } = context.switchToRpc().getContext<RequestContext>();
    if (principal?.roles.includes('admin')) return true;
    throw new AppError({ kind: 'forbidden', code: 'ADMINS_ONLY', message: 'Administrators only.' });
  }
}

class AddOne implements NestInterceptor<{ count: bigint }> {
  intercept(_: ExecutionContext, next: CallHandler<{ count: bigint }>): Observable<{ count: bigint }> {
    return next.handle().pipe(map(({ count }) => ({ count: count + 1n })));
  }
}

class PassOn implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

export function describeNest(create: CreateRpc): void {
  describe('a Nest controller', () => {
    const on = new Harness(create);

    it('is bound by @GrpcMethod as to Nest’s own server', async () => {
      @Controller()
      class Unread {
        @GrpcMethod('CommentService', 'CountUnread')
        count() {
          return { count: 7n };
        }

        @GrpcMethod('storey.comment.v1.CommentService', 'MarkRead')
        async mark(@Payload() { upTo }: comment.MarkReadRequest) {
          expect(upTo).toBe(9n);
          return {};
        }
      }
      const { server, client } = await on.open();
      await on.serve(server, Unread);
      await expect(clientOf(client).countUnread({})).resolves.toMatchObject({ count: 7n });
      await expect(clientOf(client).markRead({ upTo: 9n })).resolves.toBeDefined();
    });

    it('is bound by @RpcController, method by name, with its own dependencies', async () => {
      class Counter {
        readonly value = 3n;
      }
      @RpcController(comment.CommentService)
      class Unread implements Pick<Comments, 'countUnread'> {
        constructor(private readonly counter: Counter) {}

        async countUnread() {
          return { count: this.counter.value };
        }

        notAnRpc(): string {
          return 'left alone';
        }
      }
      const { server, client } = await on.open();
      await on.serve(server, Unread, [Counter]);
      await expect(clientOf(client).countUnread({})).resolves.toMatchObject({ count: 3n });
    });

    it('whose decorator names no method of the service stops the start', async () => {
      @Controller()
      class Misspelt {
        @GrpcMethod('CommentService', 'CountUnred')
        count() {
          return { count: 7n };
        }
      }
      const { server } = await on.open();
      await expect(on.serve(server, Misspelt)).rejects.toThrow('CountUnred');
    });

    it('may listen to events beside its rpcs', async () => {
      @Controller()
      class Mixed {
        @EventPattern('comment.events.v1')
        on(_event: unknown): void {}

        @GrpcMethod('CommentService', 'CountUnread')
        count() {
          return { count: 7n };
        }
      }
      const { server, client } = await on.open();
      await on.serve(server, Mixed);
      await expect(clientOf(client).countUnread({})).resolves.toMatchObject({ count: 7n });
    });

    it('keeps its guards: a plain refusal is forbidden, an error arrives as thrown', async () => {
      @RpcController(comment.CommentService)
      class Guarded implements Pick<Comments, 'countUnread' | 'markRead'> {
        @UseGuards(Refuse)
        async countUnread() {
          return { count: 1n };
        }

        @UseGuards(AdminsOnly)
        async markRead() {
          return {};
        }
      }
      const { server, client } = await on.open();
      await on.serve(server, Guarded);
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(clientOf(client).markRead({})).rejects.toMatchObject({ code: 'ADMINS_ONLY' });
    });

    it('keeps its exception filters, near and global, though rpcErrors takes all that is left', async () => {
      @RpcController(comment.CommentService)
      class Failing implements Pick<Comments, 'countUnread' | 'markRead' | 'watch'> {
        @UseFilters(DomainFilter)
        async countUnread(): Promise<{ count: bigint }> {
          throw new DomainError();
        }

        async markRead(): Promise<object> {
          throw new DomainError();
        }

        async *watch() {
          yield { id: '1' };
        }
      }
      const mapped = { kind: 'not_found', message: 'Mapped.' };
      const { server, client } = await on.open(['comment', 'history']);
      await on.serve(server, Failing);
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject(mapped);
      await expect(clientOf(client).markRead({})).rejects.toMatchObject({ kind: 'internal' });
      expect(on.defects()).toEqual([expect.any(DomainError)]);
      await on.serve(server, Failing, [{ provide: APP_FILTER, useClass: DomainFilter }], 'history');
      await expect(clientOf(client, 'history').markRead({})).rejects.toMatchObject(mapped);
    });

    it('keeps its interceptors, over one reply and over a generator, in the context of the call', async () => {
      const traces: string[] = [];
      const ended = gate();
      @RpcController(comment.CommentService)
      class Intercepted implements Pick<Comments, 'countUnread' | 'watch'> {
        @UseInterceptors(new AddOne())
        async countUnread() {
          return { count: 1n };
        }

        @UseInterceptors(new PassOn())
        async *watch() {
          traces.push(currentContext().traceId);
          yield { id: '1' };
          traces.push(currentContext().traceId);
          try {
            yield { id: '2' };
          } finally {
            ended.resolve();
          }
        }
      }
      const { server, client } = await on.open();
      await on.serve(server, Intercepted);
      await expect(clientOf(client).countUnread({})).resolves.toMatchObject({ count: 2n });
      const ids: string[] = [];
      for await (const { id } of clientOf(client).watch({})) if (ids.push(id) === 2) break;
      await ended.promise;
      expect([ids, new Set(traces).size]).toEqual([['1', '2'], 1]);
    });

    it('tells the operator what to do when rpcErrors was forgotten', async () => {
      @RpcController(comment.CommentService)
      class Failing implements Pick<Comments, 'countUnread'> {
        async countUnread(): Promise<{ count: bigint }> {
          throw notFound();
        }
      }
      class Root {}
      const { server, client } = await on.open();
      const strategy = server.strategy([comment.CommentService], { target: 'comment' });
      const module = { module: Root, controllers: [Failing] };
      const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
      await app.listen();
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject({ kind: 'internal' });
      expect(on.defects()).toEqual([
        expect.objectContaining({ message: expect.stringContaining('rpcErrors') }),
      ]);
      await app.close();
    });
  });

  describe('two Nest applications in one process', () => {
    const on = new Harness(create);

    it('share no global guard, and each answers to its own name', async () => {
      @RpcController(comment.CommentService)
      class Unread implements Pick<Comments, 'countUnread'> {
        async countUnread() {
          return { count: 1n };
        }
      }
      const guarded: Provider = { provide: APP_GUARD, useClass: Refuse };
      const { server, client } = await on.open(['comment', 'history']);
      await on.serve(server, Unread, [guarded], 'comment');
      await on.serve(server, Unread, [], 'history');
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(clientOf(client, 'history').countUnread({})).resolves.toMatchObject({ count: 1n });
    });
  });
}
