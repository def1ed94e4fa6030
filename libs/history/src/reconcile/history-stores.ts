import { type EventLog } from '@storey/events';
import { type Kv } from '@storey/kv';
import { type Sql } from '@storey/sql';
import { type HistoryDb } from '../tables.js';

export interface HistoryStores {
  readonly sql: Sql<HistoryDb>;
  readonly kv: Kv;
  readonly events: Pick<EventLog, 'lag'>;
}
