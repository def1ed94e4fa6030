import { type Comparison } from '@storey/reconcile';
import { compareDeleted } from './compare-deleted.js';
import { compareKept } from './compare-kept.js';
import { type HistoryStores } from './history-stores.js';

/** What is kept twice of watch history, table by table. */
export function historyComparisons(stores: HistoryStores): readonly Comparison[] {
  const tables = Array.from({ length: stores.sql.tables }, (_, n) => n);
  return [...tables.map((n) => compareDeleted(stores.sql, n)), ...tables.map((n) => compareKept(stores, n))];
}
