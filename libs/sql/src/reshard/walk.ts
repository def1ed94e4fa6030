import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import { type Watermark } from './progress.js';
import { type AnyDb, type Row } from './sharded-table.js';

type Columns = ExpressionBuilder<AnyDb, string>;

export interface Range {
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Behind this place; absent: from the beginning. */
  readonly after: Watermark | undefined;
  /** This place included; absent: to the end. */
  readonly upTo?: Watermark | undefined;
}

/** Rows of a table in the order of its key, within a range; to be given a limit. */
export function rowsIn(
  db: Kysely<AnyDb>,
  table: string,
  { key, after, upTo }: Range,
): SelectQueryBuilder<AnyDb, string, Row> {
  let query = db.selectFrom(table).selectAll() as SelectQueryBuilder<AnyDb, string, Row>;
  if (after) query = query.where((eb: Columns) => bound(eb, '>', key, after));
  if (upTo) query = query.where((eb: Columns) => bound(eb, '<=', key, upTo));
  for (const column of key) query = query.orderBy(column);
  return query;
}

/** The place of a row in the order of a key. */
export const placeOf = (key: readonly string[], row: Row): Watermark =>
  key.map((column) => row[column] as bigint | string);

/** (a, b) > (x, y), or <=, spelt out: servers find no index for the short form. */
function bound(
  eb: Columns,
  than: '>' | '<=',
  [column = '', ...rest]: readonly string[],
  [value = '', ...others]: Watermark,
): Expression<SqlBool> {
  if (rest.length === 0) return eb(column, than, value);
  const [wide, narrow] = than === '>' ? (['>=', '>'] as const) : (['<=', '<'] as const);
  const inside = eb.or([eb(column, narrow, value), bound(eb, than, rest, others)]);
  return eb.and([eb(column, wide, value), inside]);
}
