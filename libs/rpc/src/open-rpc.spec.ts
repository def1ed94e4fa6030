import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { InternalTokens } from '@storey/auth';
import { comment } from '@storey/contracts';
import { InprocHub, RpcController, openRpc, rpcErrors, type Handlers } from './index.js';

const options = {
  tokens: new InternalTokens({ secret: new Uint8Array(32) }),
  onError: (error: unknown) => {
    throw error;
  },
};

@RpcController(comment.CommentService)
class Unread implements Pick<Handlers<typeof comment.CommentService>, 'countUnread'> {
  async countUnread() {
    return { count: 1n };
  }
}

class Root {}
const module = { module: Root, controllers: [Unread], providers: [rpcErrors] };

describe('openRpc', () => {
  it.each(['http://x', 'inproc', '', 'inproc:comment'])(
    'refuses the URL "%s", naming its service',
    async (url) => {
      await expect(openRpc({ comment: url }, options)).rejects.toThrow('The rpc URL of "comment"');
    },
  );

  it('knows no service without a URL', async () => {
    const rpc = await openRpc({ account: 'inproc:' }, options);
    const service = comment.CommentService;
    expect(() => rpc.client(service, { target: 'comment', from: 'web-bff' })).toThrow('"comment"');
    expect(() => rpc.strategy([service], { target: 'comment' })).toThrow('"comment"');
    expect(() => rpc.strategy([service], { target: 'toString' })).toThrow('"toString"');
  });

  it('lets the apps of one process meet in a shared hub, and only there', async () => {
    const hub = new InprocHub();
    const urls = { comment: 'inproc:' };
    const serving = await openRpc(urls, { ...options, hub });
    const strategy = serving.strategy([comment.CommentService], { target: 'comment' });
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
    await app.listen();
    const [near, far] = [await openRpc(urls, { ...options, hub }), await openRpc(urls, options)].map((rpc) =>
      rpc.client(comment.CommentService, { target: 'comment', from: 'web-bff' }),
    );
    await expect(near?.countUnread({})).resolves.toMatchObject({ count: 1n });
    await expect(far?.countUnread({})).rejects.toMatchObject({ kind: 'unavailable' });
    await app.close();
  });

  it('has one server for a name', async () => {
    const rpc = await openRpc({ comment: 'inproc:' }, options);
    const start = async () => {
      const strategy = rpc.strategy([comment.CommentService], { target: 'comment' });
      const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
      await app.listen();
      return app;
    };
    const first = await start();
    await expect(start()).rejects.toThrow('"comment" is served in this process already');
    await first.close();
    await (await start()).close();
  });
});

describe('the types', () => {
  it('hold a controller to its service', () => {
    class Wrong {
      async countUnread() {
        return { count: 'one' };
      }
    }
    class Unrelated {
      async hello(): Promise<void> {}
    }
    // @ts-expect-error count is a bigint
    RpcController(comment.CommentService)(Wrong);
    // @ts-expect-error no method of the service
    RpcController(comment.CommentService)(Unrelated);
    RpcController(comment.CommentService)(Unread);
  });

  it('hold a caller to the service', async () => {
    const rpc = await openRpc({ comment: 'inproc:' }, options);
    const comments = rpc.client(comment.CommentService, { target: 'comment', from: 'web-bff' });
    // @ts-expect-error ids are bigints
    const wrong = (): Promise<unknown> => comments.getComment({ id: 'one' });
    await expect(wrong()).rejects.toMatchObject({ kind: 'internal' });
    // @ts-expect-error there is no such method
    expect(comments.getCommentt).toBeUndefined();
  });
});
