import { Tips, type CommentDb, type WorkPaces } from '@storey/comment';
import { type Clock } from '@storey/context';
import { DEFAULT_RETENTION, DeadLetters, cutOld } from '@storey/outbox';
import { type Task } from '@storey/schedule';
import { type Sql } from '@storey/sql';
import { type OrphanSweep } from './applying/orphan-sweep.js';
import { type ParkedSweep } from './parking/parked-sweep.js';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
/** A dead letter is kept so long, decided or not. */
const LETTERS_MS = 30 * 24 * HOUR_MS;

/** A tip that has ended: a week longer than the coordinator knows it (account-service), which tells nothing of it after that. */
const TIPS_MS = 37 * 24 * HOUR_MS;

export interface Chores {
  readonly sql: Sql<CommentDb>;
  readonly parked: ParkedSweep;
  readonly orphans: OrphanSweep;
  readonly clock: Clock;
  readonly paces: WorkPaces;
}

/** What cutting 500 rows costs, in comments. */
const CUT = 50;

/** What has to be done from time to time, by one instance of all. */
export function chores({ sql, parked, orphans, clock, paces }: Chores): readonly Task[] {
  const letters = DeadLetters.over(sql, clock);
  return [
    { name: 'end what waits for no comment', plan: { everyMs: MINUTE_MS }, run: () => parked.run() },
    {
      name: 'cut old rows',
      plan: { everyMs: HOUR_MS },
      run: ({ signal }) => cutOld(sql, DEFAULT_RETENTION, clock, () => paces.pass('bulk', CUT, signal)),
    },
    {
      name: 'forget old dead letters',
      plan: { everyMs: HOUR_MS },
      run: () => letters.cut(clock.now() - LETTERS_MS),
    },
    {
      name: 'forget old tips',
      plan: { everyMs: HOUR_MS },
      run: ({ signal }) => new Tips(sql).cut(clock.now() - TIPS_MS, () => paces.pass('bulk', CUT, signal)),
    },
    { name: 'remove words without a comment', plan: { everyMs: HOUR_MS }, run: () => orphans.run() },
  ];
}
