import { COMMANDS_TOPIC, WRITER_GROUP, type CommentDb, type ParkedTable } from '@storey/comment';
import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { isOutage, type EventLog } from '@storey/events';
import { type Logger } from '@storey/observability';
import { CatchUp } from '@storey/service';
import { forEachTable, type Sql } from '@storey/sql';
import { type Applier } from '../applying/applier.js';
import { readCommand } from '../applying/command.js';
import { ParkedRows, waitsAtSecondDoor } from './parked-rows.js';
import { type ParkingCounts } from './parking.js';

/** So long a command waits for its comment at least. */
const PARKED_MS = 10 * 60 * 1000;
const CHUNK = 100;
const MAX_CHUNKS = 10;
const TIMEOUT_MS = 5000;

export interface ParkedSweepOptions {
  readonly sql: Sql<CommentDb>;
  readonly events: Pick<EventLog, 'endOffsets' | 'committed'>;
  readonly applier: Pick<Applier, 'unpark'>;
  readonly counts: ParkingCounts;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Due {
  /** Epoch ms. */
  readonly parkedUntil: number;
  /** Of all that the log held when their time was over. */
  readonly catchUp: CatchUp;
}

/**
 * Ends the wait of commands whose comment has not come within ten minutes: none that reached the log in that time is
 * missed, however far behind the writer is, and one that still lies at the second door is waited for as long again.
 */
export class ParkedSweep {
  readonly #options: ParkedSweepOptions;
  readonly #rows: ParkedRows;
  #due: Due | undefined;

  constructor(options: ParkedSweepOptions) {
    this.#options = options;
    this.#rows = new ParkedRows(options.sql.tables);
  }

  /** What is due in one run is ended in the next, as soon as the writer has come so far. */
  async run(): Promise<void> {
    const { sql, events, clock } = this.#options;
    if (this.#due) {
      const { catchUp, parkedUntil } = this.#due;
      if (!(await isDone(catchUp))) return;
      await forEachTable(sql.tables, (table) => this.#end(table, parkedUntil));
    }
    const parkedUntil = clock.now() - PARKED_MS;
    this.#due = { parkedUntil, catchUp: await CatchUp.begin(events, COMMANDS_TOPIC, WRITER_GROUP) };
  }

  async #end(table: number, parkedUntil: number): Promise<void> {
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const rows = await this.#rows.due(this.#options.sql, table, parkedUntil, CHUNK);
      for (const row of rows) if (!(await this.#waitsOn(row))) await this.#endOne(row);
      if (rows.length < CHUNK) break;
    }
  }

  async #waitsOn({ id, key }: ParkedTable): Promise<boolean> {
    const { sql, clock } = this.#options;
    return sql.transaction(
      async (tx) => {
        const waits = await waitsAtSecondDoor(tx, key);
        if (waits) await this.#rows.renew(tx, id, clock.now());
        return waits;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  async #endOne(row: ParkedTable): Promise<void> {
    const { applier, counts, logger, sql } = this.#options;
    try {
      await applier.unpark(readCommand(row));
      counts.ended += 1;
      logger.warn('a command waited for a comment that did not come', { id: String(row.id) });
    } catch (error) {
      if (isOutage(error)) throw error;
      logger.error('a parked command was given up', error, { id: String(row.id) });
      await sql.transaction((tx) => this.#rows.take(tx, row.id), { timeoutMs: TIMEOUT_MS });
      counts.failed += 1;
    }
  }
}

/** The writer has not come so far, or can't be asked: then nobody's wait ends. */
async function isDone(catchUp: CatchUp): Promise<boolean> {
  try {
    await catchUp.check();
    return true;
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'unavailable') throw error;
    return false;
  }
}
