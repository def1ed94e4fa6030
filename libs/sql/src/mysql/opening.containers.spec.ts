import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabases, mysqlTestUrl, realStores, temporaryFolder } from '@storey/testing';
import { sql as raw, type Kysely } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { migrations, type ContractDb } from '../contract-db.js';
import { openSql, type Migrations, type OpenSqlOptions, type Sql } from '../index.js';

let url: string;
const opened: Sql<ContractDb>[] = [];

const open = async (options: Partial<OpenSqlOptions> = {}, at = url): Promise<Sql<ContractDb>> => {
  const sql = await openSql<ContractDb>(at, { migrations, ...options });
  opened.push(sql);
  return sql;
};

/** By root, in no database. */
async function asRoot(text: string): Promise<void> {
  const connection = await createConnection(realStores.mysql);
  await connection.query(text);
  await connection.end();
}

const nameOf = (): string => new URL(url).pathname.slice(1);

beforeEach(() => {
  url = mysqlTestUrl();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((sql) => sql.close()));
});

afterAll(() => dropTestDatabases());

const table = (name: string) => (db: Kysely<unknown>) =>
  db.schema
    .createTable(name)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint')
    .execute();

/** Makes a table, an index and a row; dies in front of the second table for as long as `dying` says so. */
const halfWay = (dying: () => boolean): Migrations => ({
  '0001-first': {
    up: async (db: Kysely<unknown>) => {
      await table('one')(db);
      await db.schema.createIndex('one_by_at').on('one').column('at').execute();
      await raw`insert into one values (1, 1)`.execute(db);
      if (dying()) throw new Error('killed');
      await table('two')(db);
    },
  },
});

describe('a server that takes fewer connections than all processes may open', () => {
  it('is refused at the start, with what to change', async () => {
    await expect(open({ openings: 5000 })).rejects.toMatchObject({
      code: 'SQL_MISCONFIGURED',
      message: expect.stringMatching(
        /takes \d+ connections, but 5000 openings .* need 105000: raise max_conn/,
      ),
    });
  });
});

describe('the setting transactionMs', () => {
  it('is the time of a transaction that is given none', async () => {
    const sleeping = async (sql: Sql<ContractDb>) =>
      sql.transaction((tx) => raw`select sleep(0.5)`.execute(tx).then(() => 'done'));
    await expect(sleeping(await open())).rejects.toMatchObject({ kind: 'deadline_exceeded' });
    expect(await sleeping(await open({}, `${url}?transactionMs=10000`))).toBe('done');
  });
});

describe('migrations on MySQL', () => {
  it('run once when several processes open a new database at the same time', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => open({ tables: 2 })));
    expect(databases.map(({ tables }) => tables.count)).toEqual([2, 2, 2, 2]);
    const [first] = databases;
    expect(await first?.read.selectFrom('item').selectAll().execute()).toEqual([]);
  });

  it('that died half way go on where they were', async () => {
    let dying = true;
    await expect(open({ migrations: halfWay(() => dying) })).rejects.toThrow(/0001-first failed: .*killed/);
    dying = false;
    const db = await open({ migrations: halfWay(() => dying) });
    const { rows } =
      await raw`select one.id as id, two.id as none from one left join two on two.id = 1`.execute(db.read);
    expect(rows).toEqual([{ id: 1n, none: null }]);
  });

  it('that meet a table which they did not make fail', async () => {
    const db = await open({ migrations: {} });
    await db.transaction((tx) => table('two')(tx as never), { timeoutMs: 5000 });
    await expect(open({ migrations: halfWay(() => false) })).rejects.toThrow(/already exists/);
  });

  it('are named when they are required and have not run', async () => {
    const missing = { migrate: 'require', migrations: { '0001-a': { up: table('a') } } } as const;
    await expect(open(missing)).rejects.toThrow(/no database .*npm run migrate/);
    await asRoot(`create database ${nameOf()} collate utf8mb4_0900_bin`);
    await expect(open(missing)).rejects.toThrow(/0001-a has not run.*npm run migrate/);
    await open({ migrations: missing.migrations });
    await open(missing);
    const more = { ...missing, migrations: { ...missing.migrations, '0002-b': { up: table('b') } } };
    await expect(open(more)).rejects.toThrow(/0002-b has not run/);
    await expect(open(more)).rejects.toMatchObject({ kind: 'internal', code: 'SQL_MISCONFIGURED' });
  });

  it('give an empty database the collation that tells all keys apart, and refuse one with tables', async () => {
    await asRoot(`create database ${nameOf()} collate utf8mb4_general_ci`);
    const db = await open();
    const { rows } = await raw`select @@collation_database as collation`.execute(db.read);
    expect(rows).toEqual([{ collation: 'utf8mb4_0900_bin' }]);
    url = mysqlTestUrl();
    await asRoot(`create database ${nameOf()} collate utf8mb4_general_ci`);
    await asRoot(`create table ${nameOf()}.x (id int)`);
    await expect(open()).rejects.toThrow(/collation utf8mb4_general_ci/);
  });
});

describe('a session', () => {
  it('is strict, in UTC, reads what is committed, waits a second for a lock, and when it writes is not silent for long', async () => {
    const db = await open();
    const variables = raw`select @@transaction_isolation as isolation, @@time_zone as zone,
      @@innodb_lock_wait_timeout as wait, @@character_set_client as charset, @@max_execution_time as most,
      @@wait_timeout as silence, @@sql_mode like '%STRICT_ALL_TABLES%' as strict`;
    const common = { isolation: 'READ-COMMITTED', zone: '+00:00', wait: 1n, charset: 'utf8mb4', strict: 1n };
    const [row] = await db.transaction(async (tx) => (await variables.execute(tx)).rows);
    expect(row).toEqual({ ...common, most: 0n, silence: 20n });
    expect((await variables.execute(db.read)).rows).toMatchObject([{ ...common, most: 5000n }]);
  });
});

describe('opening MySQL', () => {
  it('says what the operator can put right', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(open({}, wrong.href)).rejects.toThrow(/refuses the user, the password/);
    await expect(open({}, wrong.href)).rejects.toMatchObject({ code: 'SQL_MISCONFIGURED' });
  });

  it('is unavailable when nobody answers', async () => {
    const nobody = new URL(url);
    nobody.port = '1';
    await expect(open({}, nobody.href)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('takes the password from a file', async () => {
    const folder = temporaryFolder();
    const { username, password, host, pathname } = new URL(url);
    const file = join(folder.path, 'password');
    writeFileSync(file, `${decodeURIComponent(password)}\n`);
    await open({}, `mysql://${username}@${host}${pathname}?passwordFile=${encodeURIComponent(file)}`);
    folder.remove();
  });

  it('refuses a server whose certificate nobody vouches for', async () => {
    const secure = url.replace('mysql:', 'mysqls:').replace('127.0.0.1', 'localhost');
    await expect(open({}, secure)).rejects.toThrow(/certificate is not trusted.*\?ca=/);
  });
});
