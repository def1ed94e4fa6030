import { type Comparison } from '@storey/reconcile';
import { tableNumbers } from '@storey/sql';
import { compareDeleted } from './compare-deleted.js';
import { compareKept } from './compare-kept.js';
import { type HistoryStores } from './history-stores.js';

/** What is kept twice of watch history, table by table. */
export function historyComparisons(stores: HistoryStores): readonly Comparison[] {
  const tables = tableNumbers(stores.sql.tables);
  return [...tables.map((n) => compareDeleted(stores.sql, n)), ...tables.map((n) => compareKept(stores, n))];
}
