import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { REVOCATION_LIST, accountMigrations, type AccountDb } from '@storey/account';
import { FakeClock, runInContext, systemRandom } from '@storey/context';
import { IdGenerator } from '@storey/ids';
import { openKv, type Kv } from '@storey/kv';
import { openSql, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import { KeyRing } from '../src/keys/key-ring.js';
import { KeyRotation } from '../src/keys/key-rotation.js';
import { type GuardedPasswords } from '../src/passwords/guarded-passwords.js';
import { type Passwords } from '../src/passwords/passwords.js';
import { EnsureUsers } from '../src/registration/ensure-users.js';
import { newUser } from '../src/registration/new-user.js';
import { Register } from '../src/registration/register.js';
import { SetRoles } from '../src/roles/set-roles.js';
import { Login } from '../src/sessions/login.js';
import { Refresh } from '../src/sessions/refresh.js';
import { RevocationNews } from '../src/sessions/revocation-news.js';
import { SessionIssuer } from '../src/sessions/session-issuer.js';
import { Sources } from '../src/sources.js';
import { Store } from '../src/store.js';

/** What happens between two steps, on a clock that stands still. */

let clock: FakeClock;
let sql: Sql<AccountDb>;
let kv: Kv;
let store: Store;
let sources: Sources;
let issuer: SessionIssuer;
let news: RevocationNews;

const ID = 7n;

beforeEach(async () => {
  clock = new FakeClock();
  sql = await openSql<AccountDb>(testDatabaseUrl(), { migrations: accountMigrations });
  kv = await openKv('memory:', { clock });
  store = new Store(sql);
  sources = new Sources(clock, systemRandom, new IdGenerator({ worker: 1, clock }));
  issuer = new SessionIssuer(store, new KeyRing(store, clock), sources);
  news = new RevocationNews(store, kv, sources);
  await new KeyRotation(store, clock, 24).check();
  const user = newUser({
    id: ID,
    username: 'alice',
    display_name: 'Alice',
    password_hash: 'old',
    role_bits: 1,
    created_at: 0n,
  });
  await sql.transaction((tx) => store.users.insert(tx, [user]));
});

afterEach(async () => {
  await sql.close();
  await kv.close();
});

const members = async (): Promise<readonly string[]> => {
  const page = await kv.rangeByScore(REVOCATION_LIST, { order: 'ascending', limit: 10 });
  return page.map(({ member }) => member);
};

function setRoles(...roles: string[]): Promise<void> {
  const principal = { userId: '1', sessionId: '1', roles: ['admin' as const], level: 0 };
  const change = new SetRoles(store, news, sources);
  return runInContext({ traceId: '', priority: 'critical', principal }, () =>
    change.execute({ userId: ID, roles }),
  );
}

/** When a token of now says it was given out, ms. */
async function issuedAt(at: bigint): Promise<number> {
  const user = await store.users.byId(ID);
  if (!user) throw new Error('no user');
  const refreshToken = await sql.transaction((tx) => issuer.begin(tx, ID, at));
  const { accessToken } = await issuer.reply({ user, refreshToken, at });
  return issuedAtOf(accessToken);
}

function issuedAtOf(accessToken = ''): number {
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
    iat: number;
    ms: number;
  };
  return claims.iat * 1000 + claims.ms;
}

describe('a role that is taken away', () => {
  it('voids tokens of the same millisecond before it, and none after it', async () => {
    const before = await issuedAt(sources.now());
    await setRoles();
    const after = await issuedAt(sources.now());
    const [, , notBefore] = (await members())[0]?.split(':') ?? [];
    expect(before).toBeLessThan(Number(notBefore));
    expect(after).toBeGreaterThanOrEqual(Number(notBefore));
  });

  it('voids a token whose making had begun before, though it ends after', async () => {
    const { text: refreshToken } = await sql.transaction((tx) => issuer.begin(tx, ID, sources.now()));
    const begun = clock.now();
    const read = store.users.within.bind(store.users);
    jest.spyOn(store.users, 'within').mockImplementation(async (tx, id) => {
      const row = await read(tx, id);
      await clock.advance(10);
      return row;
    });
    const { accessToken } = await new Refresh(store, issuer, news, sources).execute(refreshToken);
    expect(issuedAtOf(accessToken)).toBe(begun);
  });
});

describe('a login', () => {
  it('with a password that changes while it is checked is wrong', async () => {
    const passwords = {
      check: () => sql.transaction((tx) => store.users.update(tx, ID, { password_hash: 'new' })),
    } as unknown as GuardedPasswords;
    const login = new Login(store, passwords, issuer, sources).execute({
      username: 'alice',
      password: 'old',
    });
    await expect(login).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
    expect(await sql.read.selectFrom('session').select('id').execute()).toEqual([]);
  });
});

describe('of two at the same moment', () => {
  const outcomes = async (calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> =>
    (await Promise.allSettled(calls))
      .map((each) => (each.status === 'fulfilled' ? 'done' : (each.reason as { code: unknown }).code))
      .sort();

  it('who show one refresh token one gets the next, and the session ends', async () => {
    const { text } = await sql.transaction((tx) => issuer.begin(tx, ID, sources.now()));
    const refresh = new Refresh(store, issuer, news, sources);
    const both = [refresh.execute(text), refresh.execute(text)];
    expect(await outcomes(both)).toEqual(['ACCOUNT_SESSION_REVOKED', 'done']);
    const [session] = await sql.read.selectFrom('session').select(['generation', 'revoked_at']).execute();
    expect(session).toEqual({ generation: 1, revoked_at: sources.now() });
  });

  it('who register one name one gets it', async () => {
    const passwords = { hash: () => Promise.resolve('hash') } as unknown as Passwords;
    const register = new Register(store, passwords, issuer, sources);
    const wanted = { username: 'twin', password: 'long enough', displayName: '', email: '' };
    const both = [register.execute(wanted), register.execute(wanted)];
    expect(await outcomes(both)).toEqual(['ACCOUNT_USERNAME_TAKEN', 'done']);
    const sessions = await sql.read.selectFrom('session').select('id').execute();
    expect(sessions).toHaveLength(1);
  });

  it('who import the same people both get the same users', async () => {
    const people = Array.from({ length: 20 }, (_, n) => ({ sourceKey: `x:${n}`, displayName: `${n}` }));
    const ensure = new EnsureUsers(store, sources);
    const [one, two] = await Promise.all([ensure.execute(people), ensure.execute(people.toReversed())]);
    expect(one).toHaveLength(20);
    expect(two.toReversed()).toEqual(one);
  });
});

describe('the news of what was revoked', () => {
  it('that come late stand behind what gateways have read', async () => {
    await setRoles();
    await kv.flush();
    await clock.advance(5 * 60_000);
    await news.settle();
    const page = await kv.rangeByScore(REVOCATION_LIST, { order: 'ascending', limit: 10 });
    expect(page).toEqual([{ member: expect.stringMatching(/^u:7:/), score: clock.now() }]);
  });

  it('are not told again when nothing is owed', async () => {
    await setRoles();
    await news.settle();
    await kv.flush();
    await news.settle();
    expect(await members()).toEqual([]);
  });

  it('are forgotten when no token can be alive that they are about', async () => {
    await setRoles();
    await clock.advance(16 * 60_000 + 2);
    expect(await news.living()).toEqual([]);
    await kv.addScored(REVOCATION_LIST, [{ member: 's:1', score: clock.now() }], { ttlMs: 20 * 60_000 });
    await clock.advance(5 * 60_000);
    await news.prune();
    expect(await members()).toEqual(['s:1']);
  });
});
