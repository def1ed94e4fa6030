import { systemClock } from '@storey/context';
import { type OpenSqlOptions } from './open-sql-options.js';
import { openMysql } from './mysql/open-mysql.js';
import { type Sql } from './sql.js';
import { openSqlite } from './sqlite/open-sqlite.js';
import { misconfigured } from './misconfigured.js';

/**
 * Opens the database that `url` names and brings its tables up to date.
 *
 * - `sqlite:/path/to/file.db`, `sqlite:relative.db`: embedded, made with its folder when absent; one process at a time.
 * - `sqlite::memory:`: embedded in a temporary file, which `close` removes. For tests.
 * - `mysql://user:password@host:3306/database`, with TLS `mysqls://…`: MySQL 8 or newer; the database is made when absent.
 *
 * @throws AppError `internal`, code `SQL_MISCONFIGURED`, for what the operator must put right; its message names it.
 */
export async function openSql<DB>(url: string, options: OpenSqlOptions): Promise<Sql<DB>> {
  const { clock = systemClock, ...rest } = options;
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'sqlite:') return openSqlite<DB>(parsed, { ...rest, clock });
  if (parsed?.protocol === 'mysql:' || parsed?.protocol === 'mysqls:') {
    return openMysql<DB>(parsed, { ...rest, clock });
  }
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? 'none';
  if (/^mysqls?:$/i.test(scheme)) {
    throw misconfigured(
      'The database URL is malformed: mysql://user:password@host:3306/database, with special characters as %XX',
    );
  }
  throw misconfigured(`A database URL must begin with sqlite:, mysql: or mysqls:, its scheme is ${scheme}`);
}
