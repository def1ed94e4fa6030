import { type Clock } from '@storey/context';
import { purgeClears, purgeRecords, purgeTombstones, type HistoryDb, type Purging } from '@storey/history';
import { DEFAULT_RETENTION, DeadLetters, cutOld } from '@storey/outbox';
import { type Task } from '@storey/schedule';
import { tableNumbers, type Sql } from '@storey/sql';

/** A walk over millions of users, with rests, ends within the night. */
const NIGHT_MS = 5 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** A dead letter is kept so long, decided or not. */
const LETTERS_MS = 30 * 24 * HOUR_MS;

export interface Chores {
  readonly sql: Sql<HistoryDb>;
  readonly clock: Clock;
  /** Of the day, UTC, 0–23. */
  readonly purgeHour: number;
  readonly onPurged: (rows: number) => void;
}

/** What has to be done from time to time, by one instance of all; one table is one task, until they are dealt out anew. */
export function chores({ sql, clock, purgeHour, onPurged }: Chores): readonly Task[] {
  const purge = (name: string, work: (purging: Purging) => Promise<number>): Task => ({
    name,
    plan: { dailyAt: `${String(purgeHour).padStart(2, '0')}:30` as `${number}:${number}` },
    timeoutMs: NIGHT_MS,
    run: async ({ signal }) => onPurged(await work({ sql, clock, signal })),
  });
  const parts = sql.tables.count;
  const each = (base: string, work: (purging: Purging, n: number) => Promise<number>): readonly Task[] =>
    Array.from({ length: parts }, (_, part) =>
      purge(`purge ${base}_${part}`, async (purging) => {
        const mine = tableNumbers(sql.tables).filter((_n, index) => index % parts === part);
        let rows = 0;
        for (const n of mine) rows += await work(purging, n);
        return rows;
      }),
    );
  return [
    ...each('history_record', purgeRecords),
    ...each('history_tombstone', purgeTombstones),
    purge('purge history_clear', purgeClears),
    {
      name: 'cut old rows',
      plan: { everyMs: HOUR_MS },
      run: ({ signal }) => cutOld(sql, DEFAULT_RETENTION, clock, () => signal.throwIfAborted()),
    },
    {
      name: 'forget old dead letters',
      plan: { everyMs: HOUR_MS },
      run: () => DeadLetters.over(sql, clock).cut(clock.now() - LETTERS_MS),
    },
  ];
}
