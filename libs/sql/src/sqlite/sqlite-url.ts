import { misconfigured } from '../misconfigured.js';
import { checkSettings, transactionMsOf } from '../url-setting.js';

export interface SqliteUrl {
  /** Absent for `sqlite::memory:`. */
  readonly file: string | undefined;
  readonly tables: number | undefined;
  /** Of a transaction that is given no time of its own. */
  readonly transactionMs: number;
}

const SETTINGS = ['tables', 'transactionMs'];

/** `sqlite:PATH?tables=N&transactionMs=300`; the path is percent-decoded, so a `?` in a name is written `%3F`. */
export function parseSqliteUrl(url: URL): SqliteUrl {
  if (url.host !== '') {
    throw misconfigured(
      `Write sqlite:/${url.host}… for an absolute path, sqlite:${url.host}… for a relative one`,
    );
  }
  const path = decodeURIComponent(url.pathname);
  if (path === '') throw misconfigured('The URL names no file: sqlite:/path/to/file.db');
  checkSettings(url, SETTINGS);
  const tables = url.searchParams.get('tables');
  return {
    file: path === ':memory:' ? undefined : path,
    tables: tables === null ? undefined : Number(tables),
    transactionMs: transactionMsOf(url),
  };
}
