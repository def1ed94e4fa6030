import { isAppError } from '@storey/errors';

/** Rows of one sweep, and how many of them are on their way together. */
const MAX_ROWS = 200;
const AT_ONCE = 8;
/** One that could not be moved on waits that long. */
const AGAIN_MS = 5_000;

/** What is to be brought to its end: rows that say when somebody should take them on. */
export interface Unfinished<Row> {
  /** Those whose time has come. */
  due(limit: number): Promise<readonly Row[]>;
  drive(row: Row): Promise<unknown>;
  /** Nobody takes it on before so many ms. */
  postpone(row: Row, ms: number): Promise<unknown>;
  onError(error: unknown, row: Row): void;
}

/** Drives what nobody drives any more: whoever did has died, or somebody was away whom it needs. */
export class Sweep<Row> {
  readonly #unfinished: Unfinished<Row>;

  constructor(unfinished: Unfinished<Row>) {
    this.#unfinished = unfinished;
  }

  async run(): Promise<void> {
    const rows = (await this.#unfinished.due(MAX_ROWS)).values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#driveEach(rows)));
  }

  async #driveEach(rows: Iterator<Row>): Promise<void> {
    for (let next = rows.next(); !next.done; next = rows.next()) await this.#drive(next.value);
  }

  async #drive(row: Row): Promise<void> {
    const { drive, postpone, onError } = this.#unfinished;
    try {
      await drive(row);
    } catch (error) {
      if (!isAppError(error)) throw error;
      onError(error, row);
      await postpone(row, AGAIN_MS);
    }
  }
}
