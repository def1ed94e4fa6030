export { Sql } from './sql.js';
export type { CommitListener, TransactionOptions } from './sql.js';
export { openSql } from './open-sql.js';
export type { Migrations, OpenSqlOptions } from './open-sql-options.js';
export { LOGICAL_SHARDS, forEachTable, shardOf, shardOfKey, tableFor } from './shards.js';
export { shardSpan } from './shard-span.js';
export { forUpdate, forUpdateSkipLocked, insertIgnore, upsert } from './writes.js';
export type { UpsertColumns, UpsertOptions } from './writes.js';
export { isUniqueViolation } from './violations.js';
