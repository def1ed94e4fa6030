import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CursorSealer, InternalTokens } from '@storey/auth';
import { systemClock, systemRandom, noFaults, type Principal } from '@storey/context';
import { account, comment } from '@storey/contracts';
import { Metrics, createLogger } from '@storey/observability';
import { Health, createBff, type Front, type Platform } from '@storey/service';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { inject, type DispatchFunc, type InjectOptions, type Response } from 'light-my-request';
import { AppModule } from '../src/app.module.js';
import { HotPages, Pages } from '../src/comments/index.js';
import { serveDocs } from '../src/docs/serve-docs.js';
import { warmUp } from '../src/warm-up.js';

const secret = new Uint8Array(32).fill(7);

/** Knows nothing and keeps nothing. */
const KV = { setIfAbsent: () => Promise.resolve(undefined), compareAndDelete: () => Promise.resolve(false) };

type Call = readonly [method: string, request: unknown];
/** What the services answer, by method; a thrown error is their refusal. */
export type Answers = Readonly<Record<string, (request: never) => unknown>>;

export const alice: Principal = { userId: '11', sessionId: '1', roles: ['user'], level: 1 };

/** web-bff over services that answer what the test says, asked with an internal token as the gateway does. */
export class CommentsBench {
  readonly calls: Call[] = [];
  /** Requests that the framework saw. */
  routed = 0;
  readonly #tokens = new InternalTokens({ secret });
  #app: NestFastifyApplication | undefined;
  #fastify: FastifyInstance | undefined;
  #front: Front | undefined;
  #pages: Pages | undefined;

  static async open(answers: Answers): Promise<CommentsBench> {
    const bench = new CommentsBench();
    const app = await createBff({
      name: 'web-bff',
      module: AppModule.with(bench.#platform(answers)),
      platform: bench.#platform(answers),
      configure: async (fastify, nest) => {
        bench.#pages = nest.get(Pages);
        bench.#front = nest.get(HotPages).front;
        serveDocs(fastify, nest);
      },
    });
    bench.#fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    bench.#app = app;
    return bench;
  }

  async request(
    options: Omit<InjectOptions, 'headers'> & { readonly headers?: Record<string, string> },
    as?: Principal,
  ): Promise<Response> {
    const token = this.#tokens.mint(as, 'web-bff');
    const [fastify, front] = [this.#fastify, this.#front];
    if (!fastify || !front) throw new Error('not open');
    const { headers, ...rest } = options;
    const dispatch: DispatchFunc = (request, response) =>
      front(request, response, (...seen) => {
        this.routed += 1;
        fastify.routing(...seen);
      });
    return inject(dispatch, { ...rest, headers: { 'x-internal-token': token, ...headers } });
  }

  async get(path: string, as?: Principal): Promise<Response> {
    return this.request({ method: 'GET', url: `/web/v1/${path}` }, as);
  }

  get pages(): Pages {
    if (!this.#pages) throw new Error('not open');
    return this.#pages;
  }

  requestsOf(method: string): readonly unknown[] {
    return this.calls.filter(([name]) => name === method).map(([, request]) => request);
  }

  /** As `start` does. */
  async warmUp(): Promise<void> {
    if (!this.#app) throw new Error('not open');
    await warmUp(this.#app, { tokens: this.#tokens });
  }

  async close(): Promise<void> {
    await this.#app?.close();
  }

  #platform(answers: Answers): Platform {
    const client = new Proxy(
      {},
      { get: (_, method: string) => (request: never) => this.#answer(answers, method, request) },
    );
    return {
      ports: { rpc: { client: () => client }, kvState: KV },
      logger: createLogger('silent'),
      metrics: Metrics.create({ defaults: false }),
      health: new Health(),
      tokens: this.#tokens,
      cursors: new CursorSealer({ secret }),
      clock: systemClock,
      random: systemRandom,
      faultPoint: noFaults,
      config: {},
    } as unknown as Platform;
  }

  #answer(answers: Answers, method: string, request: never): unknown {
    this.calls.push([method, request]);
    const answer = answers[method];
    if (!answer) throw new Error(`nobody answers ${method}`);
    const result = answer(request);
    return result instanceof Object && Symbol.asyncIterator in result
      ? result
      : Promise.resolve().then(() => result);
  }
}

export const aComment = (
  init: MessageInitShape<typeof comment.CommentSchema> & object = {},
): comment.Comment =>
  create(comment.CommentSchema, {
    id: 9007199254740993n,
    subject: { type: 'video', oid: 'BV1' },
    state: comment.CommentState.VISIBLE,
    floor: 1n,
    authorId: 11n,
    text: 'Hello',
    html: '<p>Hello</p>',
    createdAtMs: 1767225600123n,
    ...(init as object),
  });

export const aSubject = create(comment.SubjectSchema, {
  id: 5n,
  ref: { type: 'video', oid: 'BV1' },
  state: comment.SubjectState.OPEN,
  policyMode: 'post_then_review',
  counts: { roots: 1n, all: 2n },
});

export const users = (...ids: readonly bigint[]) => ({
  users: ids.map((id) =>
    create(account.UserSchema, { id, username: `u${id}`, displayName: `Name ${id}`, roles: ['user'] }),
  ),
});
