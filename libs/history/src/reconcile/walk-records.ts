import { type Sql } from '@storey/sql';
import { type HistoryDb, type RecordTable } from '../tables.js';

const CHUNK = 500;
/** Keys of one look-up. */
const LOOKUP = 100;

type Row = Pick<RecordTable, 'user_id' | 'business' | 'oid' | 'at'>;

/** Up to 100 records of one user. */
export interface Some {
  readonly userId: bigint;
  readonly rows: readonly Row[];
}

/** The records of one physical table, user by user, read in chunks of 500. */
export async function* walkRecords(sql: Sql<HistoryDb>, n: number): AsyncGenerator<Some> {
  let last: Row = { user_id: 0n, business: '', oid: '', at: 0n };
  for (let more = true; more;) {
    const page = await after(sql, n, last);
    yield* byUser(page);
    more = page.length === CHUNK;
    last = page.at(-1) ?? last;
  }
}

function* byUser(page: readonly Row[]): Generator<Some> {
  for (const [userId, rows] of Map.groupBy(page, (row) => row.user_id))
    for (let start = 0; start < rows.length; start += LOOKUP)
      yield { userId, rows: rows.slice(start, start + LOOKUP) };
}

function after(sql: Sql<HistoryDb>, n: number, { user_id, business, oid }: Row): Promise<Row[]> {
  return sql.read
    .selectFrom(`history_record_${n}`)
    .select(['user_id', 'business', 'oid', 'at'])
    .where((where) =>
      where.or([
        where('user_id', '>', user_id),
        where.and([where('user_id', '=', user_id), where('business', '>', business)]),
        where.and([where('user_id', '=', user_id), where('business', '=', business), where('oid', '>', oid)]),
      ]),
    )
    .orderBy('user_id')
    .orderBy('business')
    .orderBy('oid')
    .limit(CHUNK)
    .execute();
}
