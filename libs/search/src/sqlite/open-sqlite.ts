import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { versions } from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { misconfigured } from '../misconfigured.js';
import { type ResolvedOptions } from '../options.js';
import { type Search } from '../search.js';
import { createTables } from './schema.js';
import { SqliteSearch } from './sqlite-search.js';

/** Before it a checkpoint could reset the WAL while it was being read, and corrupt the file. */
const OLDEST = [3, 51, 3] as const;
const BUSY_MS = 2000;

/** @throws AppError `SEARCH_MISCONFIGURED` */
export function openSqlite(url: URL, options: ResolvedOptions): Search {
  assertSqliteVersion(versions.sqlite ?? '0');
  if (url.host !== '') throw misconfigured(`Write sqlite:/${url.host}… for an absolute path`);
  if (url.search !== '') throw misconfigured('A sqlite: URL of a search has no settings.');
  const path = decodeURIComponent(url.pathname);
  if (path === '') throw misconfigured('The URL names no file: sqlite:/path/to/search.db');
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    // FULL: the consumer that put a document forgets it; it must be on disk by then.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    createTables(database, options.index);
    return new SqliteSearch(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws AppError `SEARCH_MISCONFIGURED` */
export function assertSqliteVersion(version: string): void {
  const found = version.split('.').map(Number);
  const differing = OLDEST.findIndex((part, index) => found[index] !== part);
  if (differing === -1 || Number(found[differing]) > Number(OLDEST[differing])) return;
  throw misconfigured(
    `SQLite ${version} can corrupt its log; ${OLDEST.join('.')} or newer is needed: use a newer Node`,
  );
}
