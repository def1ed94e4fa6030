import { type Sql } from '@storey/sql';
import { backlog, type Backlog } from './outbox-rows.js';
import { ownSql, type OutboxTables } from './tables.js';

/** What a database has not told its log, at `now` (epoch ms). */
export const outboxBacklog = <DB extends OutboxTables>(sql: Sql<DB>, now: number): Promise<Backlog> =>
  backlog(ownSql(sql), now);
