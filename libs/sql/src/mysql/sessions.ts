import { BACKGROUND_MS } from './statements.js';

/** Compares text byte by byte as SQLite does; unlike `utf8mb4_bin` it counts trailing spaces. */
export const COLLATION = 'utf8mb4_0900_bin';

/** A row lock is waited for so long, in s, the least that MySQL knows; the transaction may run again then. */
const LOCK_WAIT_S = 1;
/** The lock of a table whose definition is being changed, in s. */
const TABLE_LOCK_WAIT_S = 60;

/**
 * So long the server waits for the next statement, in s. A process that was stopped in the middle of a transaction leaves
 * it open and its rows locked, with a connection that looks alive: the server has to end it. An idle connection that it
 * ended is found out by the pool.
 */
const SILENCE_S = 20;

const COMMON = {
  collation_connection: `'${COLLATION}'`,
  time_zone: `'+00:00'`,
  sql_mode: `'ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  transaction_isolation: `'READ-COMMITTED'`,
  innodb_lock_wait_timeout: LOCK_WAIT_S,
  lock_wait_timeout: TABLE_LOCK_WAIT_S,
  autocommit: 1,
};

/** The session of a transaction, whose time its deadline bounds. */
export const WRITING = assignments({ ...COMMON, wait_timeout: SILENCE_S });

/** The session of single statements: refuses to write, and ends a SELECT that nobody waits for any more. */
export const READING = assignments({
  ...COMMON,
  transaction_read_only: 1,
  max_execution_time: BACKGROUND_MS,
});

function assignments(variables: Readonly<Record<string, string | number>>): string {
  const parts = Object.entries(variables).map(([name, value]) => `session ${name} = ${value}`);
  return `set ${parts.join(', ')}`;
}
