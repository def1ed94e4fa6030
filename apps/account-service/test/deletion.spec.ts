import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountMigrations, type AccountDb, type Revocation, type SagaRow } from '@storey/account';
import { FakeClock, noFaults, runInContext, systemRandom, type FaultPoint } from '@storey/context';
import { AppError, unavailable } from '@storey/errors';
import { IdGenerator } from '@storey/ids';
import { Metrics, createLogger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { openSql, type Sql } from '@storey/sql';
import { InjectedFault, testDatabaseUrl } from '@storey/testing';
import { Deletion } from '../src/deletion/deletion.js';
import { DeletionRpc } from '../src/deletion/deletion.rpc.js';
import { type Ground } from '../src/ground.js';
import { newUser } from '../src/registration/new-user.js';
import { Sources } from '../src/sources.js';
import { Store } from '../src/store.js';

const ME = 20_000_000_000_000_001n;
const ADMIN = 5n;

let clock: FakeClock;
let sql: Sql<AccountDb>;
let store: Store;
let sources: Sources;
let told: Revocation[];
/** What the other services were asked, in order. */
let asked: string[];
/** How often comment-service has something left. */
let parts: number;
let comments: () => unknown;
let histories: () => unknown;

const user = (id: bigint, role_bits = 0) =>
  newUser({ id, username: `user_${id}`, display_name: 'Me', password_hash: 'x', role_bits, created_at: 0n });

beforeEach(async () => {
  clock = new FakeClock();
  sql = await openSql<AccountDb>(testDatabaseUrl(), { migrations: accountMigrations });
  store = new Store(sql);
  sources = new Sources(clock, systemRandom, new IdGenerator({ worker: 1, clock }));
  [told, asked, parts] = [[], [], 2];
  comments = histories = (): void => undefined;
  await sql.transaction(async (tx) => {
    await store.users.insert(tx, [user(ME), user(ADMIN, 2)]);
    for (const id of [1n, 2n]) {
      const hashes = { family_hash: '', refresh_hash: '', generation: 0 };
      const times = { created_at: 0n, rotated_at: 0n, expires_at: 9n, revoked_at: null };
      await store.sessions.insert(tx, { id, user_id: ME, ...hashes, ...times });
    }
  });
});

afterEach(() => sql.close());

/** A process of account-service; what it asks of others is answered unless the test says otherwise. */
function process(faultPoint: FaultPoint = noFaults): Deletion {
  const answer = async <T>(name: string, gate: () => unknown, value: () => T): Promise<T> => {
    asked.push(name);
    await gate();
    return value();
  };
  const ground = {
    store,
    sources,
    comments: {
      eraseComments: ({ barrier }: { barrier: string }) =>
        answer(`comments ${barrier}`, comments, () =>
          barrier === '' ? { done: false, barrier: '7,8' } : { done: (parts -= 1) < 0, barrier },
        ),
      eraseNotifications: () => answer('notifications', comments, () => ({ done: true })),
    },
    histories: { erase: () => answer('history', histories, () => ({})) },
  } as unknown as Ground;
  const spread = (news: readonly Revocation[]): Promise<void> => Promise.resolve(void told.push(...news));
  const platform = { faultPoint, metrics: Metrics.create({ defaults: false }) } as Platform;
  return new Deletion(ground, { spread }, platform, createLogger('silent'));
}

const begin = (id = ME, deletion = process()): Promise<SagaRow> => {
  const principal = { userId: String(id), sessionId: '1', roles: ['user' as const], level: 0 };
  return runInContext({ traceId: '', priority: 'critical', principal }, () => deletion.starting.execute());
};
const shown = ({ id }: SagaRow) => new DeletionRpc(process(), store).getDeletion({ id } as never);
const statesOf = async (saga: SagaRow): Promise<readonly string[]> => {
  const { state, steps } = await shown(saga);
  return [state, ...steps.map((step) => step.state)];
};
async function later(seconds = 15, deletion = process()): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    await deletion.sweep.run();
  }
}
const DONE = ['done', 'done', 'done', 'done', 'done', 'done'];
const refused = (): never => {
  throw new AppError({ kind: 'forbidden', code: 'X', message: 'not this one' });
};
const away = (): never => {
  throw unavailable('away');
};

describe('the deletion of an account', () => {
  it('signs its owner out first, goes through every service, and leaves an id without a name', async () => {
    const saga = await begin();
    const sessions = await sql.read.selectFrom('session').select('revoked_at').execute();
    expect(sessions.map(({ revoked_at }) => revoked_at !== null)).toEqual([true, true]);
    expect(told).toMatchObject([{ target: 'user', id: ME }]);
    expect(await statesOf(saga)).toEqual(['pending', 'done', 'running', 'pending', 'pending', 'pending']);
    await later();
    expect(await statesOf(saga)).toEqual(DONE);
    expect(asked).toEqual([
      'comments ',
      'comments 7,8',
      'comments 7,8',
      'comments 7,8',
      'notifications',
      'history',
    ]);
    expect(await store.users.byId(ME)).toMatchObject({
      username: `deleted_${ME}`,
      display_name: 'Deleted user',
      password_hash: null,
    });
  });

  it('does not ask others before requests that were under way have ended', async () => {
    await begin();
    await later(2);
    expect(asked).toEqual([]);
    await later(1);
    expect(asked).toEqual(['comments ']);
  });

  it('is begun once', async () => {
    const [one, two] = await Promise.all([begin(), begin()]);
    await later();
    const three = await begin();
    expect(new Set([one.id, two.id, three.id]).size).toBe(1);
  });

  it('is not for the last administrator', async () => {
    await expect(begin(ADMIN)).rejects.toMatchObject({ code: 'ACCOUNT_LAST_ADMINISTRATOR' });
    await sql.transaction((tx) => store.users.update(tx, ME, { role_bits: 2 }));
    await expect(begin(ADMIN)).resolves.toMatchObject({ state: 'running' });
  });

  it('can be watched by whoever knows its id, and no other can', async () => {
    const { id } = await begin();
    expect(id).toBeGreaterThan(1n << 40n);
    await expect(shown({ id: id + 1n } as SagaRow)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('a step that is refused', () => {
  it('before anything was erased turns back: the account is its owner’s again', async () => {
    comments = refused;
    const saga = await begin();
    await later(5);
    expect(await statesOf(saga)).toEqual(['cancelled', 'undone', 'pending', 'pending', 'pending', 'pending']);
    expect(await store.users.byId(ME)).toMatchObject({ deletion_id: 0n, password_hash: 'x' });
    comments = (): void => undefined;
    const again = await begin();
    await later();
    expect([again.id === saga.id, await statesOf(again)]).toEqual([false, DONE]);
  });

  it('is turned back once: who has begun anew is not opened to anybody by it', async () => {
    comments = refused;
    const saga = await begin();
    await later(5);
    const again = await begin();
    await process().steps[0]?.undo?.(saga);
    expect(await store.users.byId(ME)).toMatchObject({ deletion_id: again.id });
  });

  it('after that is tried again for ever: there is no way back', async () => {
    const saga = await begin();
    await later(4);
    comments = refused;
    await later(20);
    expect((await statesOf(saga)).slice(0, 3)).toEqual(['pending', 'done', 'running']);
    comments = (): void => undefined;
    await later();
    expect(await statesOf(saga)).toEqual(DONE);
  });
});

describe('a service that is away', () => {
  it.each(['comments', 'histories'])('(%s) is waited for', async (which) => {
    if (which === 'comments') comments = away;
    else histories = away;
    const saga = await begin();
    await later(20);
    expect((await statesOf(saga))[0]).toBe('pending');
    [comments, histories] = [(): void => undefined, (): void => undefined];
    await later(20);
    expect(await statesOf(saga)).toEqual(DONE);
  });
});

describe('a process that dies', () => {
  const dyingAt = (point: string, nth: number): FaultPoint => {
    let hits = 0;
    return (name) => {
      if (name === point && (hits += 1) === nth) throw new InjectedFault(point);
    };
  };
  const hits = [1, 2, 3, 4, 5, 6, 7];

  it.each(['saga.ran', 'saga.noted'].flatMap((point) => hits.map((nth) => [point, nth] as const)))(
    'at %s, time %i, leaves a deletion that another one ends',
    async (point, nth) => {
      const dying = process(dyingAt(point, nth));
      const deaths: unknown[] = [];
      const note = (error: unknown): void => void deaths.push(error);
      await begin(ME, dying).catch(note);
      await later(15, dying).catch(note);
      expect(deaths).toEqual([expect.any(InjectedFault)]);
      await later();
      const [saga] = await sql.read.selectFrom('saga').selectAll().execute();
      expect(saga && (await statesOf(saga))).toEqual(DONE);
    },
  );

  it.each(['saga.undone', 'saga.noted'])(
    'at %s while it turns back leaves that to another',
    async (point) => {
      comments = refused;
      const saga = await begin();
      await clock.advance(3_000);
      await expect(process(dyingAt(point, 1)).sweep.run()).rejects.toBeInstanceOf(InjectedFault);
      await later();
      expect((await statesOf(saga))[0]).toBe('cancelled');
      expect(await store.users.byId(ME)).toMatchObject({ deletion_id: 0n });
    },
  );
});

describe('several processes', () => {
  it('that drive one deletion at the same time end it once', async () => {
    const saga = await begin();
    const sweeps = [process(), process(), process()];
    for (let second = 0; second < 12; second += 1) {
      await clock.advance(1_000);
      await Promise.all(sweeps.map(({ sweep }) => sweep.run()));
    }
    expect(await statesOf(saga)).toEqual(DONE);
  });
});
