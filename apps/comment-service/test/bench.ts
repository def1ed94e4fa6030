import { loadConfig } from '@storey/config';
import {
  FakeClock,
  noFaults,
  runInContext,
  type Clock,
  type FaultPoint,
  type Principal,
  type Role,
} from '@storey/context';
import { comment } from '@storey/contracts';
import { type RpcClient } from '@storey/rpc';
import { openPlatform, platformConfig, type Platform, type RunningApp } from '@storey/service';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { start } from '../src/index.js';

export type CommentClient = RpcClient<typeof comment.CommentService>;

const { Sort, CommentState } = comment;

export const person = (id: number, roles: readonly Role[] = ['user'], level = 1): Principal => ({
  userId: String(id),
  sessionId: String(id),
  roles,
  level,
});

export const alice = person(101);
export const bob = person(102);
export const moderator = person(103, ['user', 'moderator']);
export const admin = person(104, ['user', 'admin']);

export type StartJob = (platform: Platform) => Promise<RunningApp>;

export interface BenchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly faultPoint?: FaultPoint;
  readonly folder?: string;
  /** Fills the stores before the service starts, and may give it others. */
  readonly prepare?: (platform: Platform) => Promise<Platform>;
}

/** comment-service over embedded ports, called over rpc; comment-job only where a test wants things applied. */
export class Bench {
  readonly #folder: TemporaryFolder | undefined;
  readonly #service: RunningApp;
  #job: RunningApp | undefined;
  readonly client: CommentClient;

  private constructor(
    readonly platform: Platform,
    service: RunningApp,
    folder: TemporaryFolder | undefined,
  ) {
    this.#service = service;
    this.#folder = folder;
    this.client = platform.ports.rpc.client(comment.CommentService, { target: 'comment', from: 'test' });
  }

  static async open(options: BenchOptions = {}): Promise<Bench> {
    const { env = {}, clock, faultPoint = noFaults, folder, prepare = asItIs } = options;
    const config = loadConfig(platformConfig, { LOG_LEVEL: 'silent', LIMITS: 'off', ...env });
    const own = folder === undefined ? temporaryFolder() : undefined;
    const path = folder ?? own?.path ?? '';
    const platform = await openPlatform({ config, folder: path, faultPoint, ...(clock && { clock }) });
    return new Bench(platform, await start(config, await prepare(platform)), own);
  }

  /** Starts the writer beside the service. */
  async startJob(start: StartJob): Promise<void> {
    this.#job = await start(this.platform);
  }

  async stopJob(): Promise<void> {
    await this.#job?.close();
    this.#job = undefined;
  }

  /** Runs `call` as this person; without one, as an anonymous caller. */
  as<T>(principal: Principal | undefined, call: (client: CommentClient) => Promise<T>): Promise<T> {
    const context = { traceId: 'f'.repeat(32), priority: 'critical' as const };
    return runInContext(principal ? { ...context, principal } : context, () => call(this.client));
  }

  async post(
    principal: Principal,
    text: string,
    { oid = 'v1', parentId = 0n, key }: { oid?: string; parentId?: bigint; key?: string } = {},
  ): Promise<bigint> {
    const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint: Buffer.from(text) } };
    const { comment: posted } = await this.as(principal, (client) =>
      client.publish({ subject: { type: 'video', oid }, text, parentId, ...idempotency }, SLOW),
    );
    return posted?.id ?? 0n;
  }

  list(
    principal: Principal | undefined,
    { oid = 'v1', sort = Sort.NEW, position = START, limit = 20, floor = 0n, preview = 3 } = {},
  ): Promise<comment.ListCommentsReply> {
    const subject = { type: 'video', oid };
    return this.as(principal, (client) =>
      client.listComments({ subject, sort, position, limit, floor, preview }, SLOW),
    );
  }

  replies(
    principal: Principal | undefined,
    rootId: bigint,
    { sort = Sort.OLD, position = START, limit = 20 } = {},
  ): Promise<comment.ListRepliesReply> {
    return this.as(principal, (client) => client.listReplies({ rootId, sort, position, limit }, SLOW));
  }

  async get(principal: Principal | undefined, id: bigint): Promise<comment.GetCommentReply> {
    return this.as(principal, (client) => client.getComment({ id }, SLOW));
  }

  /** Waits until a comment of this person has left `pending`. */
  async applied(principal: Principal, id: bigint): Promise<comment.Comment> {
    return eventually(async () => {
      await this.#turnClock();
      const found = (await this.get(principal, id)).comment;
      if (!found || found.state === CommentState.PENDING) throw new Error(`${id} is still pending`);
      return found;
    });
  }

  /** The writer holds its turns apart by a clock that stands still unless a test turns it. */
  async #turnClock(): Promise<void> {
    const { clock } = this.platform;
    if (clock instanceof FakeClock) await clock.advance(TURN_MS);
  }

  async close(): Promise<void> {
    await this.stopJob();
    await this.#service.close();
    await this.platform.ports.close();
    this.#folder?.remove();
  }
}

const asItIs = (platform: Platform): Promise<Platform> => Promise.resolve(platform);

/** Of a few turns of the writer, and of rounds of its relay. */
const TURN_MS = 50;

const START: Uint8Array = new Uint8Array();

export const SLOW = { timeoutMs: 5000 };

export const texts = (comments: readonly comment.Comment[]): readonly string[] =>
  comments.map(({ text }) => text);

/** What `promise` is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error,
  );
}
