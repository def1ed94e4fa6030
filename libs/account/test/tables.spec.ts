import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSql, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import { Sessions, Users, accountMigrations, roleBits, type AccountDb, type Revoked } from '../src/index.js';

let sql: Sql<AccountDb>;
let users: Users;
let sessions: Sessions;

beforeEach(async () => {
  sql = await openSql<AccountDb>(testDatabaseUrl(), { migrations: accountMigrations });
  users = new Users(sql);
  sessions = new Sessions(sql);
});

afterEach(() => sql.close());

const user = (id: bigint, change: { role_bits?: number; tokens_not_before?: bigint } = {}) => ({
  id,
  username: `user_${id}`,
  display_name: 'x',
  avatar_url: '',
  email: '',
  password_hash: null,
  level: 0,
  role_bits: 0,
  points: 0n,
  created_at: 0n,
  roles_changed_at: 0n,
  tokens_not_before: 0n,
  ...change,
});

const session = (
  id: bigint,
  change: { revoked_at?: bigint; expires_at?: bigint; user_id?: bigint } = {},
) => ({
  id,
  user_id: 1n,
  family_hash: '',
  refresh_hash: '',
  generation: 0,
  created_at: 0n,
  rotated_at: 0n,
  expires_at: 100n,
  revoked_at: null,
  ...change,
});

const add = (...rows: ReturnType<typeof session>[]) =>
  sql.transaction(async (tx) => {
    for (const row of rows) await sessions.insert(tx, row);
  });

/** Walks pages of two to the end. */
async function walk(
  read: (after: Revoked | undefined) => Promise<readonly Revoked[]>,
): Promise<readonly bigint[]> {
  const ids: bigint[] = [];
  let after: Revoked | undefined;
  do {
    const page = await read(after);
    ids.push(...page.map(({ id }) => id));
    after = page.length === 2 ? page.at(-1) : undefined;
  } while (after);
  return ids;
}

describe('users', () => {
  it('are found when one of them is an administrator', async () => {
    await sql.transaction((tx) => users.insert(tx, [user(1n, { role_bits: roleBits(['moderator']) })]));
    expect(await users.anyAdministrator()).toBe(false);
    await sql.transaction((tx) => users.update(tx, 1n, { role_bits: roleBits(['admin', 'moderator']) }));
    expect(await users.anyAdministrator()).toBe(true);
  });

  it('whose tokens were voided are walked once each, those at the same time too', async () => {
    const times = [5n, 9n, 9n, 9n, 12n, 0n];
    const rows = times.map((tokens_not_before, n) => user(BigInt(n + 1), { tokens_not_before }));
    await sql.transaction((tx) => users.insert(tx, rows));
    expect(await walk((after) => users.revokedSince(6n, after, 2))).toEqual([2n, 3n, 4n, 5n]);
  });

  it('share no name', async () => {
    const twice = [user(1n), { ...user(2n), username: 'user_1' }];
    await expect(sql.transaction((tx) => users.insert(tx, twice))).rejects.toBeDefined();
    expect(await users.byId(1n)).toBeUndefined();
  });
});

describe('sessions', () => {
  it('that were revoked are walked once each, of all or of one user', async () => {
    const times = [5n, 9n, 9n, 9n, 12n];
    await add(
      ...times.map((revoked_at, n) => session(BigInt(n + 1), { revoked_at, user_id: BigInt(n % 2) })),
      session(9n),
    );
    expect(await walk((after) => sessions.revokedSince(6n, after, 2))).toEqual([2n, 3n, 4n, 5n]);
    expect(await walk((after) => sessions.revokedSince(6n, after, 2, 1n))).toEqual([2n, 4n]);
  });

  it('of a user are revoked but for one; those that were revoked before keep their time', async () => {
    await add(session(1n), session(2n), session(3n, { revoked_at: 4n }), session(4n, { user_id: 2n }));
    await sql.transaction((tx) => sessions.revokeOthers(tx, 1n, 1n, 7n));
    expect(await sessions.revokedSince(0n, undefined, 10)).toEqual([
      { id: 3n, at: 4n },
      { id: 2n, at: 7n },
    ]);
  });

  it('that are over are removed piece by piece, and no other', async () => {
    const over = Array.from({ length: 501 }, (_, n) => session(BigInt(n + 1), { expires_at: 10n }));
    await add(...over, session(999n, { expires_at: 20n }));
    expect([await sessions.cut(20n), await sessions.cut(20n)]).toEqual([true, false]);
    const left = await sql.read.selectFrom('session').select('id').execute();
    expect(left).toEqual([{ id: 999n }]);
  });
});
