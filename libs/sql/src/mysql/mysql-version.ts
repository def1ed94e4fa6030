import { misconfigured } from '../misconfigured.js';

/** The first with a collation that compares bytes and counts trailing spaces (`utf8mb4_0900_bin`). */
const OLDEST = [8, 0, 17] as const;

/** @param version as `select version()` says it. @throws AppError `SQL_MISCONFIGURED` */
export function assertMysqlVersion(version: string): void {
  if (/mariadb/i.test(version)) {
    throw misconfigured(`The server is MariaDB (${version}); MySQL ${OLDEST.join('.')} or newer is needed`);
  }
  const found = version.split(/[.-]/).map(Number);
  const differing = OLDEST.findIndex((part, index) => found[index] !== part);
  if (differing === -1 || Number(found[differing]) > Number(OLDEST[differing])) return;
  throw misconfigured(`The server is MySQL ${version}; ${OLDEST.join('.')} or newer is needed`);
}
