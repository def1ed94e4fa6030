import { randomUUID } from 'node:crypto';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { realStores } from './real-stores.js';

/** Names of this process, so that suites beside it keep theirs. */
const PREFIX = `storey_test_${process.pid}_`;

let onMysql = false;

/** From now on `testDatabaseUrl` names databases of the real MySQL. To be called before a shared suite is imported. */
export function useMysql(): void {
  onMysql = true;
}

/**
 * A new, empty database: embedded, or on the real MySQL after `useMysql()`, where `openSql` makes it. Transactions may take
 * the time of a busy machine.
 */
export const testDatabaseUrl = (): string =>
  `${onMysql ? mysqlTestUrl() : 'sqlite::memory:'}?transactionMs=10000`;

/** Seeds of random runs on databases of their own: on the real MySQL, where one takes a second to make, a quarter of them. */
export const databaseSeeds = (count: number): readonly number[] =>
  Array.from({ length: onMysql ? Math.ceil(count / 4) : count }, (_, seed) => seed);

/** A new database of the real MySQL; `dropTestDatabases` is rid of it. */
export const mysqlTestUrl = (): string =>
  `${realStores.mysql}/${PREFIX}${randomUUID().replaceAll('-', '').slice(0, 12)}`;

/** Drops what this process had made, or one of them. */
export async function dropTestDatabases(url?: string): Promise<void> {
  const connection = await createConnection(realStores.mysql);
  try {
    for (const name of url === undefined ? await made(connection) : [new URL(url).pathname.slice(1)]) {
      await connection.query(`drop database if exists \`${name}\``);
    }
  } finally {
    await connection.end();
  }
}

async function made(connection: Awaited<ReturnType<typeof createConnection>>): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>('show databases');
  return rows.map((row) => String(row.Database)).filter((name) => name.startsWith(PREFIX));
}
