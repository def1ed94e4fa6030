import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { sql as raw } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { item, migrations, type ContractDb } from '../contract-db.js';
import { openSql, type Sql } from '../index.js';

/** What can't be done to a server that others use: its certificate, its mode, its end. */
let folder: TemporaryFolder;
let server: StartedTestContainer;
const opened: Sql<ContractDb>[] = [];

const PORT = 3306;
const CA = 'ca.pem';
const SETTINGS = [
  '--innodb-buffer-pool-size=64M',
  '--skip-log-bin',
  '--ssl-ca=/certificates/ca.pem',
  '--ssl-cert=/certificates/server.pem',
  '--ssl-key=/certificates/server.key',
];

beforeAll(async () => {
  folder = temporaryFolder();
  makeCertificate(folder.path);
  server = await new GenericContainer('mysql:9.7')
    .withEnvironment({ MYSQL_ROOT_PASSWORD: 'root' })
    .withCopyFilesToContainer(
      [CA, 'server.pem', 'server.key'].map((name) => ({
        source: join(folder.path, name),
        target: `/certificates/${name}`,
        mode: 0o644,
      })),
    )
    .withCommand(['sh', '-c', `while :; do docker-entrypoint.sh mysqld ${SETTINGS.join(' ')}; done`])
    .withTmpFs({ '/var/lib/mysql': 'rw,size=1g' })
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306/))
    .withStartupTimeout(180_000)
    .start();
}, 200_000);

afterEach(async () => {
  await Promise.all(opened.splice(0).map((sql) => sql.close()));
});

afterAll(async () => {
  await server.stop({ timeout: 0 });
  folder.remove();
});

function makeCertificate(path: string): void {
  const openssl = (line: string): unknown =>
    execFileSync('openssl', line.split(' '), { cwd: path, stdio: 'pipe' });
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority');
  openssl(
    'req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost -addext subjectAltName=DNS:localhost',
  );
  openssl(
    'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -copy_extensions copy',
  );
}

const open = async (scheme: string, query = ''): Promise<Sql<ContractDb>> => {
  const at = `localhost:${server.getMappedPort(PORT)}/comment${query}`;
  const sql = await openSql<ContractDb>(`${scheme}://root:root@${at}`, { migrations });
  opened.push(sql);
  return sql;
};

const insert = (sql: Sql<ContractDb>, id: bigint): Promise<unknown> =>
  sql.transaction((tx) => tx.insertInto('item').values(item(id)).execute(), { timeoutMs: 2000 });

/** Outside a transaction, where alone MySQL takes it. */
const set = (sql: Sql<ContractDb>, text: string): Promise<unknown> =>
  raw.raw(`set global ${text}`).execute(sql.read);

describe('mysqls:', () => {
  it('speaks by TLS with a server whose authority is named', async () => {
    const db = await open('mysqls', `?ca=${join(folder.path, CA)}`);
    const status = raw<{ Value: string }>`show session status like 'Ssl_version'`;
    expect((await status.execute(db.read)).rows[0]?.Value).toMatch(/^TLSv1\.[23]$/);
    await insert(db, 1n);
  });

  it('refuses one whose authority is not', async () => {
    await expect(open('mysqls')).rejects.toThrow(/certificate is not trusted.*\?ca=/);
  });
});

describe('a server that is made read-only', () => {
  it('refuses writes as unavailable, serves reads, and takes writes again when it may', async () => {
    const db = await open('mysql');
    const operator = await open('mysql');
    await insert(db, 2n);
    await set(operator, 'super_read_only = on');
    await expect(insert(db, 3n)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await db.read.selectFrom('item').select('id').where('id', '=', 2n).execute()).toHaveLength(1);
    await set(operator, 'super_read_only = off');
    await set(operator, 'read_only = off');
    await insert(db, 4n);
    const rows = await db.read.selectFrom('item').select('id').where('id', '>=', 2n).orderBy('id').execute();
    expect(rows).toEqual([{ id: 2n }, { id: 4n }]);
  });

  it('undoes a transaction that had begun before: COMMIT is refused, which is no unknown outcome', async () => {
    const db = await open('mysql');
    const operator = await open('mysql');
    const write = db.transaction(
      async (tx) => {
        await tx.insertInto('item').values(item(9n)).execute();
        await set(operator, 'super_read_only = on');
      },
      { timeoutMs: 5000 },
    );
    await expect(write).rejects.toMatchObject({ kind: 'unavailable' });
    await set(operator, 'super_read_only = off');
    await set(operator, 'read_only = off');
    expect(await db.read.selectFrom('item').select('id').where('id', '=', 9n).execute()).toEqual([]);
  });
});

describe('a server that is started again', () => {
  /** Asks on a connection of its own. */
  const asked = async (text: string): Promise<unknown> => {
    const at = { host: 'localhost', port: server.getMappedPort(PORT), user: 'root', password: 'root' };
    const session = await createConnection(at);
    try {
      return (await session.query(text))[0];
    } finally {
      session.destroy();
    }
  };

  it.each([
    ['was shut down', 20n, () => asked('shutdown')],
    ['was killed', 30n, () => server.exec(['sh', '-c', 'kill -9 $(pidof mysqld)'])],
  ])('after it %s takes the first write, within two seconds', async (_, id, end) => {
    const db = await open('mysql');
    await Promise.all([id, id + 1n, id + 2n].map((each) => insert(db, each)));
    await asked('set global max_connect_errors = 77'); // a server that was started again knows nothing of it
    await end();
    await eventually(
      async () => expect(await asked('select @@max_connect_errors as most')).toEqual([{ most: 100 }]),
      { timeoutMs: 40_000 },
    );
    await insert(db, id + 3n);
    const rows = await db.read.selectFrom('item').select('id').where('id', '>=', id).orderBy('id').execute();
    expect(rows.map((row) => row.id - id)).toEqual([0n, 1n, 2n, 3n]);
  });
});
