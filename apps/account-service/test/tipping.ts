import { accountMigrations, type AccountDb, type TipRow } from '@storey/account';
import { FakeClock, SeededRandom, runInContext, systemRandom, type FaultPoint } from '@storey/context';
import { AppError, notFound, outcomeUnknown, unavailable } from '@storey/errors';
import { IdGenerator } from '@storey/ids';
import { createLogger } from '@storey/observability';
import { openSql, type Sql } from '@storey/sql';
import { InjectedFault, testDatabaseUrl } from '@storey/testing';
import { sql } from 'kysely';
import { newUser } from '../src/registration/new-user.js';
import { Sources } from '../src/sources.js';
import { Store } from '../src/store.js';
import { type CommentSide } from '../src/tips/comment-side.js';
import { GiveTip, type GivenTip, type WantedTip } from '../src/tips/give-tip.js';
import { TipCounts } from '../src/tips/tip-counts.js';
import { TipDriver } from '../src/tips/tip-driver.js';
import { sweepTips } from '../src/tips/sweep-tips.js';
import { type Sweep } from '../src/sweep.js';

export const GIVER = 1n;
export const AUTHOR = 2n;
/** The author's comment; what has another id is not there. */
export const COMMENT = 77n;
export const GRANTED = 100n;

type Side = 'tried' | 'confirmed' | 'cancelled';
type Answer = () => unknown;

/** Comment-service as its contract says it is, behind a line on which anything may happen to a call. */
export class FakeComments {
  readonly tips = new Map<bigint, Side>();
  /** What becomes of a call: by default it is answered. */
  line: (call: Answer) => Promise<unknown> = async (call) => Promise.resolve(call());

  readonly client = {
    tryTip: ({ tipId = 0n, commentId }: { tipId?: bigint; commentId?: bigint }) =>
      this.line(() => {
        if (!this.tips.has(tipId) && commentId !== COMMENT) throw notFound();
        if (this.tips.get(tipId) === 'cancelled') throw conflict();
        if (!this.tips.has(tipId)) this.tips.set(tipId, 'tried');
        return { authorId: AUTHOR };
      }),
    confirmTip: ({ tipId = 0n }: { tipId?: bigint }) => this.line(() => this.#turn(tipId, 'confirmed')),
    cancelTip: ({ tipId = 0n }: { tipId?: bigint }) => this.line(() => this.#turn(tipId, 'cancelled')),
    getComment: ({ id }: { id?: bigint }) =>
      this.line(() => {
        if (id !== COMMENT) throw notFound();
        return {};
      }),
  } as unknown as CommentSide;

  #turn(tipId: bigint, to: Side): object {
    const now = this.tips.get(tipId) ?? (to === 'cancelled' ? 'tried' : undefined);
    if (now !== 'tried' && now !== to) throw conflict();
    this.tips.set(tipId, to);
    return {};
  }
}

const conflict = (): AppError => new AppError({ kind: 'conflict', code: 'X', message: 'x' });

export const away = (): Promise<never> => Promise.reject(unavailable('away'));
/** The call gets through, its answer does not. */
export const unanswered = (call: Answer): Promise<never> => {
  call();
  return Promise.reject(outcomeUnknown());
};

/** An account database with a giver who has `GRANTED` points, and processes over it that may die. */
export class TipBench {
  readonly clock = new FakeClock();
  readonly comments = new FakeComments();
  readonly store: Store;
  readonly sources: Sources;

  private constructor(readonly sql: Sql<AccountDb>) {
    this.store = new Store(sql);
    this.sources = new Sources(this.clock, systemRandom, new IdGenerator({ worker: 1, clock: this.clock }));
  }

  static async open(): Promise<TipBench> {
    const bench = new TipBench(
      await openSql<AccountDb>(testDatabaseUrl(), { migrations: accountMigrations }),
    );
    const { store, sql } = bench;
    await sql.transaction(async (tx) => {
      await store.users.insert(tx, [user(GIVER), user(AUTHOR)]);
      const entry = { user_id: GIVER, kind: 'visit', ref: 'x', amount: GRANTED, at: 0n } as const;
      await store.points.post(tx, entry);
    });
    return bench;
  }

  /** A process of account-service. */
  process(faultPoint: FaultPoint = () => undefined): {
    readonly giving: GiveTip;
    readonly sweep: Sweep<TipRow>;
  } {
    const { store, sources } = this;
    const { client: comments } = this.comments;
    const counts = new TipCounts();
    const driver = new TipDriver({ store, comments, sources, faultPoint, counts });
    const sweep = sweepTips({ store, driver, sources, counts, logger: createLogger('silent') });
    return { giving: new GiveTip({ store, driver, comments, sources, faultPoint }), sweep };
  }

  give(wanted: Partial<WantedTip> = {}, { giving } = this.process()): Promise<GivenTip> {
    const principal = { userId: String(GIVER), sessionId: '1', roles: ['user' as const], level: 0 };
    return runInContext({ traceId: '', priority: 'critical', principal }, () =>
      giving.execute({ commentId: COMMENT, points: 10, idempotencyKey: '', ...wanted }),
    );
  }

  /** Some time later, in another process. */
  async later(ms = 6_000): Promise<void> {
    await this.clock.advance(ms);
    await this.process().sweep.run();
  }

  tips(): Promise<readonly TipRow[]> {
    return this.sql.read.selectFrom('tip').selectAll().orderBy('id').execute();
  }

  async pointsOf(id: bigint): Promise<bigint> {
    return (await this.store.users.byId(id))?.points ?? -1n;
  }

  /** What is nowhere or twice: 0 in good order. By one statement, as tips may be on their way while it looks. */
  async missing(): Promise<bigint> {
    const { read } = this.sql;
    const amount = sql<number | bigint>`points`.as('amount');
    const held = read.selectFrom('tip').where('state', '=', 'trying').select(amount);
    const owned = read.selectFrom('user').where('id', 'in', [GIVER, AUTHOR]).select(amount);
    const rows = await read.selectFrom(held.unionAll(owned).as('all_points')).select('amount').execute();
    return GRANTED - rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  }

  /** Tips that have no end, or one that comment-service does not know of. */
  async astray(): Promise<readonly TipRow[]> {
    const agreed = { done: 'confirmed', cancelled: 'cancelled' } as const;
    return (await this.tips()).filter(({ id, state }) => {
      const wanted = state === 'done' || state === 'cancelled' ? agreed[state] : undefined;
      return wanted === undefined || this.comments.tips.get(id) !== wanted;
    });
  }
}

const user = (id: bigint) =>
  newUser({ id, username: `user_${id}`, display_name: 'x', password_hash: null, created_at: 0n });

/** Dies at a point. */
export const dyingAt =
  (point: string): FaultPoint =>
  (name) => {
    if (name === point) throw new InjectedFault(point);
  };

/** A line that loses calls, loses answers, and delivers calls again much later; `overdue` delivers what is left. */
export function badLine(random: SeededRandom): {
  line: FakeComments['line'];
  overdue: () => void;
} {
  const late: Answer[] = [];
  const deliver = (call: Answer): void => {
    try {
      call();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  };
  const overdue = (): void => late.splice(0).forEach(deliver);
  const line = async (call: Answer): Promise<unknown> => {
    if (random.int(0, 3) === 0) overdue();
    switch (random.int(0, 4)) {
      case 0:
        return away();
      case 1:
        late.push(call);
        throw outcomeUnknown();
      case 2:
        late.push(call);
        return unanswered(call);
      default:
        late.push(call);
        return call();
    }
  };
  return { line, overdue };
}
