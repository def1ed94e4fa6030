import { toAppError } from '@storey/errors';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

/** Statements kept; the least recently used goes first. */
const MAX_STATEMENTS = 256;
/** Longer texts are bulk writes of ever different lengths: parsing costs little beside running them. */
const MAX_KEPT_LENGTH = 8_192;
/** Declared types whose values are numbers; `bigint` and expressions stay bigint. */
const NARROW = /^(?:(?:tiny|small|medium)?int(?:eger)?|bool(?:ean)?)(?:\(\d+\))?$/i;

type Row = Record<string, unknown>;

export interface Column {
  readonly name: string;
  /** Whether it is turned from bigint to number. */
  readonly narrow: boolean;
}

export interface Prepared {
  /** Answers with rows as arrays. */
  readonly statement: StatementSync;
  /** None where it answers with no rows. */
  readonly columns: readonly Column[];
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
    statement.setReturnArrays(true);
    const columns = statement
      .columns()
      .map(({ name, type }) => ({ name, narrow: type !== null && NARROW.test(type) }));
    return { statement, columns };
  }
}

/**
 * Rows as objects. Those that SQLite's binding makes itself are dictionaries, slow to make and to read; made here they
 * share one shape, and many of them cost a third.
 */
export function toRows(all: readonly (readonly unknown[])[], columns: readonly Column[]): Row[] {
  return all.map((values) => toRow(values, columns));
}

function toRow(values: readonly unknown[], columns: readonly Column[]): Row {
  const row: Row = {};
  for (const [at, { name, narrow }] of columns.entries()) {
    const value = values[at];
    row[name] = narrow && typeof value === 'bigint' ? toNumber(value, name) : value;
  }
  return row;
}

function toNumber(value: bigint, column: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw toAppError(new RangeError(`Column ${column} holds an integer beyond 53 bits; declare it bigint`));
}
