import { misconfigured } from '../misconfigured.js';

export interface SqliteUrl {
  /** Absent for `sqlite::memory:`. */
  readonly file: string | undefined;
  readonly tables: number | undefined;
}

/** `sqlite:PATH?tables=N`; the path is percent-decoded, so a `?` in a name is written `%3F`. */
export function parseSqliteUrl(url: URL): SqliteUrl {
  if (url.host !== '') {
    throw misconfigured(
      `Write sqlite:/${url.host}… for an absolute path, sqlite:${url.host}… for a relative one`,
    );
  }
  const path = decodeURIComponent(url.pathname);
  if (path === '') throw misconfigured('The URL names no file: sqlite:/path/to/file.db');
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'tables');
  if (unknown !== undefined) throw misconfigured(`A sqlite: URL has no setting "${unknown}", only "tables"`);
  const tables = url.searchParams.get('tables');
  return {
    file: path === ':memory:' ? undefined : path,
    tables: tables === null ? undefined : Number(tables),
  };
}
