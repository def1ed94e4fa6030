import { type Clock } from '@storey/context';
import { purgeClears, purgeRecords, purgeTombstones, type HistoryDb, type Purging } from '@storey/history';
import { type Task } from '@storey/schedule';
import { type Sql } from '@storey/sql';

/** A walk over millions of users, with rests, ends within the night. */
const NIGHT_MS = 5 * 60 * 60 * 1000;

export interface Chores {
  readonly sql: Sql<HistoryDb>;
  readonly clock: Clock;
  /** Of the day, UTC, 0–23. */
  readonly purgeHour: number;
  readonly onPurged: (rows: number) => void;
}

/** What has to be done from time to time, by one instance of all; one table is one task. */
export function chores({ sql, clock, purgeHour, onPurged }: Chores): readonly Task[] {
  const purge = (name: string, work: (purging: Purging) => Promise<number>): Task => ({
    name,
    plan: { dailyAt: `${String(purgeHour).padStart(2, '0')}:30` as `${number}:${number}` },
    timeoutMs: NIGHT_MS,
    run: async ({ signal }) => onPurged(await work({ sql, clock, signal })),
  });
  const tables = Array.from({ length: sql.tables }, (_, n) => n);
  return [
    ...tables.map((n) => purge(`purge history_record_${n}`, (purging) => purgeRecords(purging, n))),
    ...tables.map((n) => purge(`purge history_tombstone_${n}`, (purging) => purgeTombstones(purging, n))),
    purge('purge history_clear', purgeClears),
  ];
}
