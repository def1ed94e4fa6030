const SQLITE_UNIQUE = new Set([1555, 2067, 2579]); // PRIMARYKEY, UNIQUE, ROWID
const MYSQL_DUPLICATE = 1062;

/** Whether `error`, or what caused it, says that a row with this key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  for (let e = error; isObject(e); e = e.cause) {
    if (SQLITE_UNIQUE.has(Number(e.errcode)) || e.errno === MYSQL_DUPLICATE) return true;
  }
  return false;
}

/** By shape, not by class: errors cross realms (a worker, a test's sandbox). */
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
