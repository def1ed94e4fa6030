import { openElasticsearch } from './elasticsearch/open-elasticsearch.js';
import { misconfigured } from './misconfigured.js';
import { resolveOptions, type SearchOptions } from './options.js';
import { type Search } from './search.js';
import { openSqlite } from './sqlite/open-sqlite.js';

/**
 * Opens the search that `url` names:
 * - `sqlite:/path/to/file.db`: embedded, in a file of its own, made when absent; one process.
 * - `http(s)://[user:password@]host:9200`: Elasticsearch 9. `?prefix=` goes before its names, `?ca=/path/ca.pem` is a private
 *   authority (https), `?replicas=` (0 to 2; default 1) is for indexes that it makes.
 *
 * A server that is away does not hinder opening: calls are refused until it is there.
 *
 * @throws AppError `internal`, code `SEARCH_MISCONFIGURED`, for what the operator must put right; its message names it.
 */
export async function openSearch(url: string, options: SearchOptions): Promise<Search> {
  const resolved = resolveOptions(options);
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'sqlite:') return openSqlite(parsed, resolved);
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:')
    return openElasticsearch(parsed, resolved);
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? 'none';
  throw misconfigured(`A search URL must begin with sqlite:, http: or https:, its scheme is ${scheme}`);
}
