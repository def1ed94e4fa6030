import { type Clock, type FaultPoint } from '@storey/context';
import { isAppError } from '@storey/errors';
import { sql as raw, type Kysely, type Transaction } from 'kysely';
import { isMysql } from '../dialect-of.js';
import { LOGICAL_SHARDS, tableNumbers, type Tables } from '../shards.js';
import { type Sql } from '../sql.js';
import { type Progress } from './progress.js';
import { type AnyDb, type ShardedTable } from './sharded-table.js';

/** What is on its way from where to where. */
export interface Moving {
  readonly sql: Sql<AnyDb>;
  readonly sharded: readonly ShardedTable[];
  readonly from: Tables;
  readonly to: Tables;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
  /** Ends it between two steps; it can be gone on with. */
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (told: ReshardProgress) => void;
}

export interface ReshardProgress {
  readonly step: 'prepared' | 'doubled' | 'copied' | 'compared' | 'switched' | 'dropped';
  /** The physical table that was done with, where it is about one. */
  readonly table?: string;
  /** Of it, as far as this run has seen them. */
  readonly rows?: number;
}

/** One physical table of today, and where its rows go. */
export interface Source {
  readonly sharded: ShardedTable;
  readonly table: string;
  /** Of its shards, `shard % sources` is this … */
  readonly place: number;
  /** … where this is how many such tables there are. */
  readonly sources: number;
  readonly targets: readonly string[];
}

export function sourcesOf({ sharded, from, to }: Pick<Moving, 'sharded' | 'from' | 'to'>): readonly Source[] {
  return sharded.flatMap((one) =>
    tableNumbers(from).map((n, place) => ({
      sharded: one,
      table: `${one.base}_${n}`,
      place,
      sources: from.count,
      targets: [...new Set(placesOf(place, from, to))].map((target) => `${one.base}_${to.first + target}`),
    })),
  );
}

function* placesOf(place: number, from: Tables, to: Tables): Generator<number> {
  for (let shard = place; shard < LOGICAL_SHARDS; shard += from.count) yield shard % to.count;
}

/** Others that use a table are waited for at most 1 s; until then nobody new gets at it. */
const TABLE_LOCK_WAIT_S = 1;
const TRIES = 20;
const PAUSE_MS = 1000;
const TIMEOUT_MS = 30_000;

/**
 * Changes definitions of tables. Who uses them is waited for briefly and often, rather than long: those behind wait
 * along. @param work bears to be run again, as a server commits each statement of it by itself.
 */
export async function define(
  { sql, clock, signal }: Pick<Moving, 'sql' | 'clock' | 'signal'>,
  work: (tx: Transaction<AnyDb>) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sql.transaction(
        async (tx) => {
          await waitBriefly(tx);
          await work(tx);
        },
        { timeoutMs: TIMEOUT_MS },
      );
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable' || tries === TRIES) throw error;
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

/** Writes a note of where it stands. */
export const noteDown = (
  { sql }: Pick<Moving, 'sql'>,
  work: (tx: Transaction<AnyDb>) => Promise<void>,
): Promise<void> => sql.transaction(work, { timeoutMs: TIMEOUT_MS });

async function waitBriefly(tx: Kysely<AnyDb>): Promise<void> {
  if (isMysql(tx)) await raw`set session lock_wait_timeout = ${raw.lit(TABLE_LOCK_WAIT_S)}`.execute(tx);
}
