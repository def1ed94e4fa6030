const SQLITE_UNIQUE = new Set([1555, 2067, 2579]); // PRIMARYKEY, UNIQUE, ROWID
const MYSQL_DUPLICATE = 1062;

/** Whether `error`, or what caused it, says that a row with this key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('errcode' in e && SQLITE_UNIQUE.has(Number(e.errcode))) return true;
    if ('errno' in e && e.errno === MYSQL_DUPLICATE) return true;
  }
  return false;
}
