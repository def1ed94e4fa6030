import { type CacheStore } from '@storey/cache';
import { type Clock } from '@storey/context';
import { type Comparison } from '@storey/reconcile';
import { type Search } from '@storey/search';
import { tableNumbers, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { compareCaches } from './compare-caches.js';
import { compareNotices } from './compare-notices.js';
import { compareReactions } from './compare-reactions.js';
import { compareRows } from './compare-rows.js';
import { compareSearch } from './compare-search.js';

export interface CommentStores {
  readonly sql: Sql<CommentDb>;
  readonly clock: Clock;
  readonly search: Search;
  /** The cache that every process shares. */
  readonly cache: CacheStore;
}

/** All that is kept twice of comments, table by table: rows first, as caches and search are mended from them. */
export function commentComparisons({ sql, clock, search, cache }: CommentStores): readonly Comparison[] {
  const tables = tableNumbers(sql.tables);
  return [
    ...tables.map((n) => compareRows(sql, clock, n)),
    ...tables.map((n) => compareNotices(sql, n)),
    ...tables.map((n) => compareCaches(sql, cache, n)),
    ...tables.map((n) => compareReactions(sql, cache, n)),
    ...compareSearch(sql, search),
  ];
}
