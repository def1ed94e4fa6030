export { Search } from './search.js';
export type {
  Hit,
  Refusal,
  Removal,
  SearchDocument,
  SearchIndex,
  SearchQuery,
  SearchSort,
} from './search.js';
export { openSearch } from './open-search.js';
export type { SearchOptions } from './options.js';
export { reindexSearch } from './reindex-search.js';
export type { Reindexed } from './elasticsearch/reindex.js';
export { highlight } from './highlight.js';
export { finds } from './finds.js';
