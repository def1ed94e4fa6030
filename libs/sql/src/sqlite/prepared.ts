import { toAppError } from '@storey/errors';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

/** Statements kept; the least recently used goes first. */
const MAX_STATEMENTS = 256;
/** Longer texts are bulk writes of ever different lengths: parsing costs little beside running them. */
const MAX_KEPT_LENGTH = 8_192;
/** Declared types whose values are numbers; `bigint` and expressions stay bigint. */
const NARROW = /^(?:(?:tiny|small|medium)?int(?:eger)?|bool(?:ean)?)(?:\(\d+\))?$/i;

type Row = Record<string, unknown>;

export interface Prepared {
  readonly statement: StatementSync;
  /** Whether it answers with rows. */
  readonly reader: boolean;
  /** Columns to turn from bigint to number. */
  readonly narrow: readonly string[];
}

/** Prepared statements of one connection by text, bounded. */
export class PreparedStatements {
  readonly #db: DatabaseSync;
  readonly #kept = new Map<string, Prepared>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(text: string): Prepared {
    const kept = this.#kept.get(text);
    if (kept) this.#kept.delete(text);
    const prepared = kept ?? this.#prepare(text);
    if (text.length <= MAX_KEPT_LENGTH) this.#kept.set(text, prepared);
    if (this.#kept.size > MAX_STATEMENTS) this.#kept.delete(this.#kept.keys().next().value ?? text);
    return prepared;
  }

  /** To be called when tables have changed: the columns of `select *` are read once. */
  clear(): void {
    this.#kept.clear();
  }

  #prepare(text: string): Prepared {
    const statement = this.#db.prepare(text);
    statement.setReadBigInts(true);
    const columns = statement.columns();
    const narrow = columns.filter(({ type }) => type !== null && NARROW.test(type)).map(({ name }) => name);
    return { statement, reader: columns.length > 0, narrow };
  }
}

/** Turns the integers of declared narrow columns into numbers, in place. */
export function narrowIntegers(rows: readonly Row[], columns: readonly string[]): void {
  for (const column of columns) {
    for (const row of rows) if (typeof row[column] === 'bigint') row[column] = toNumber(row[column], column);
  }
}

function toNumber(value: bigint, column: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw toAppError(new RangeError(`Column ${column} holds an integer beyond 53 bits; declare it bigint`));
}
