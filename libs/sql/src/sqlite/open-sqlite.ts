import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { versions } from 'node:process';
import { type Clock } from '@storey/context';
import { migrate } from '../migrate.js';
import { type OpenSqlOptions } from '../open-sql-options.js';
import { type Sql } from '../sql.js';
import { settleTables } from '../layout.js';
import { type Tables } from '../shards.js';
import { GroupCommit } from './group-commit.js';
import { SqliteConnection } from './sqlite-connection.js';
import { SqliteSql, runTransaction } from './sqlite-sql.js';
import { parseSqliteUrl } from './sqlite-url.js';
import { assertSqliteVersion } from './sqlite-version.js';

const DEFAULT_TABLES = 4;
const MIGRATIONS_TIMEOUT_MS = 600_000;

export async function openSqlite<DB>(
  url: URL,
  { migrations, tables, clock, onStatement }: OpenSqlOptions & { readonly clock: Clock },
): Promise<Sql<DB>> {
  assertSqliteVersion(versions.sqlite ?? '0');
  const asked = parseSqliteUrl(url);
  const { file, remove } = asked.file === undefined ? temporary() : existing(asked.file);
  const connection = new SqliteConnection(file, { onStatement });
  const writer = new GroupCommit(connection, clock, asked.transactionMs);
  try {
    const settled = await runTransaction<DB, Tables>(
      writer,
      async (tx) => {
        const recorded = await settleTables(tx, asked.tables ?? tables, DEFAULT_TABLES);
        await migrate(tx, typeof migrations === 'function' ? migrations(recorded) : migrations);
        return recorded;
      },
      { timeoutMs: MIGRATIONS_TIMEOUT_MS },
    );
    connection.forgetStatements();
    const reader = new SqliteConnection(file, { queryOnly: true, onStatement });
    return new SqliteSql<DB>(settled, reader, writer, () => {
      reader.close();
      try {
        connection.command('pragma wal_checkpoint(truncate)');
      } finally {
        connection.close();
        remove();
      }
    });
  } catch (error) {
    await writer.close();
    connection.close();
    remove();
    throw error;
  }
}

function existing(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  return { file, remove: () => undefined };
}

function temporary() {
  const folder = mkdtempSync(join(tmpdir(), 'storey-sql-'));
  return { file: join(folder, 'memory.db'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
