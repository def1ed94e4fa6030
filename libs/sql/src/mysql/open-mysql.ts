import { Deadline, systemRandom, type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { Kysely, sql } from 'kysely';
import { misconfigured } from '../misconfigured.js';
import { type OpenSqlOptions } from '../open-sql-options.js';
import { type Tables } from '../shards.js';
import { type Sql } from '../sql.js';
import { assertConnectionBudget, type ConnectionBudget } from './connection-budget.js';
import { ConnectionPool } from './connection-pool.js';
import { migrateMysql, requireMigrated } from './migrate-mysql.js';
import { MysqlConnection, type Server } from './mysql-connection.js';
import { MysqlDialect } from './mysql-dialect.js';
import { errnoOf, translated } from './mysql-error.js';
import { MysqlSql } from './mysql-sql.js';
import { parseMysqlUrl } from './mysql-url.js';
import { assertMysqlVersion } from './mysql-version.js';
import { COLLATION, READING, WRITING } from './sessions.js';
import { Statements } from './statements.js';
import { Transactions } from './transactions.js';

/** For the first connection, and for making the database. */
const OPENING_MS = 10_000;
const MIGRATIONS_MS = 600_000;
const UNKNOWN_DATABASE = 1049;
/** Wrong password, no right to the database, no such plugin. */
const DENIED = new Set([1044, 1045, 1251, 1698, 3159]);

type Options = OpenSqlOptions & { readonly clock: Clock };

export async function openMysql<DB>(url: URL, options: Options): Promise<Sql<DB>> {
  const { clock, onStatement, random = systemRandom } = options;
  const { pool, transactionMs, ...server } = parseMysqlUrl(url);
  const tables = await prepared(server, { ...options, pool, tables: server.tables ?? options.tables });
  const session = (settings: string) => async (deadline: Deadline) => {
    const connection = await MysqlConnection.open(server, deadline, onStatement);
    try {
      await connection.within(deadline, () => connection.command(settings));
      return connection;
    } catch (error) {
      connection.destroy(error);
      throw error;
    }
  };
  const writers = new ConnectionPool(session(WRITING), pool, clock);
  const readers = new ConnectionPool(session(READING), pool, clock);
  await Promise.all([writers.warm(), readers.warm()]);
  return new MysqlSql<DB>({
    tables,
    statements: new Statements(readers, clock),
    transactions: new Transactions(writers, { timeoutMs: transactionMs, clock, random }),
    pools: [writers, readers],
  });
}

type Named = Server & { readonly database: string };
type Preparing = Pick<Options, 'clock' | 'migrate' | 'migrations' | 'onStatement' | 'openings'> & {
  readonly pool: number;
  readonly tables: number | undefined;
};

/** Looks at the server and migrates, on a connection of its own. @returns the physical tables. */
async function prepared(server: Named, options: Preparing): Promise<Tables> {
  const { clock, migrate = 'run', openings = 1, pool } = options;
  try {
    const connection = await firstConnection(server, options);
    try {
      const { version, ...limits } = await limitsOf(connection);
      assertMysqlVersion(version);
      assertConnectionBudget({ ...limits, pool, openings });
      await connection.command(WRITING);
      const work = migrate === 'run' ? migrateMysql : requireMigrated;
      return await connection.within(Deadline.in(MIGRATIONS_MS, clock), () => work(connection, options));
    } finally {
      connection.end();
    }
  } catch (error) {
    throw explained(error);
  }
}

async function firstConnection(server: Named, options: Preparing): Promise<MysqlConnection> {
  const { clock, migrate = 'run', onStatement } = options;
  const open = (to: Server): Promise<MysqlConnection> =>
    MysqlConnection.open(to, Deadline.in(OPENING_MS, clock), onStatement);
  try {
    return await open(server);
  } catch (error) {
    if (errnoOf(error) !== UNKNOWN_DATABASE) throw error;
    if (migrate === 'require') {
      throw misconfigured(`There is no database ${server.database}: run \`npm run migrate\``, error);
    }
  }
  const { database, ...nowhere } = server;
  const connection = await open(nowhere);
  try {
    await connection.command(
      `create database if not exists \`${database}\` character set utf8mb4 collate ${COLLATION}`,
    );
  } finally {
    connection.end();
  }
  return open(server);
}

type Limits = Pick<ConnectionBudget, 'server' | 'user'> & { readonly version: string };

async function limitsOf(connection: MysqlConnection): Promise<Limits> {
  const db = new Kysely({ dialect: new MysqlDialect(connection) });
  const { rows } = await sql<{ version: string; server: bigint; user: bigint }>`select version() as version,
    @@max_connections as server, @@max_user_connections as user`.execute(db);
  const [row = { version: '', server: 0n, user: 0n }] = rows;
  return { version: row.version, server: Number(row.server), user: Number(row.user) };
}

/** What an operator can put right is named; the rest is an outage. */
function explained(error: unknown): unknown {
  if (isAppError(error)) return error;
  if (DENIED.has(errnoOf(error))) {
    return misconfigured('MySQL refuses the user, the password or the database of the URL', error);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') {
    return misconfigured('The server offers no TLS: begin the URL with mysql:', error);
  }
  if (code === 'HANDSHAKE_SSL_ERROR' && /certificate|altname/i.test(String(error))) {
    return misconfigured(
      `The server's certificate is not trusted: name its authority with ?ca= and the server as it does. ${String(error)}`,
      error,
    );
  }
  return translated(error);
}
