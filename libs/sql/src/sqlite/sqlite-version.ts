import { misconfigured } from '../misconfigured.js';

/** Before it a checkpoint could reset the WAL while it was being read, and corrupt the file. */
const OLDEST = [3, 51, 3] as const;

/** @throws AppError `SQL_MISCONFIGURED` */
export function assertSqliteVersion(version: string): void {
  const found = version.split('.').map(Number);
  const differing = OLDEST.findIndex((part, index) => found[index] !== part);
  if (differing === -1 || Number(found[differing]) > Number(OLDEST[differing])) return;
  throw misconfigured(
    `SQLite ${version} can corrupt its log; ${OLDEST.join('.')} or newer is needed: use a newer Node`,
  );
}
