import { type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { type Logger } from '@storey/observability';
import { DEFAULT_RETENTION, cutOld } from '@storey/outbox';
import { every } from '@storey/service';
import { type Sql } from '@storey/sql';
import { type OrphanSweep } from './applying/orphan-sweep.js';
import { type ParkedSweep } from './parking/parked-sweep.js';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;

export interface Chores {
  readonly sql: Sql<CommentDb>;
  readonly parked: ParkedSweep;
  readonly orphans: OrphanSweep;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What has to be done from time to time, in every instance. @returns ends it, after what is on its way. */
export function startChores({ sql, parked, orphans, clock, logger }: Chores): () => Promise<void> {
  const chore = (name: string, everyMs: number, work: () => Promise<unknown>) =>
    every(work, { clock, everyMs, onError: (error) => logger.error(`chore failed: ${name}`, error) });
  const stops = [
    chore('end what waits for no comment', MINUTE_MS, () => parked.run()),
    chore('cut old rows', HOUR_MS, () => cutOld(sql, DEFAULT_RETENTION, clock)),
    chore('remove words without a comment', HOUR_MS, () => orphans.run()),
  ];
  return async () => void (await Promise.all(stops.map((stop) => stop())));
}
