import { sql, type RawBuilder, type Transaction } from 'kysely';
import { isMysql } from '../dialect-of.js';
import { LAYOUT, NEXT_LAYOUT } from '../layout.js';
import { misconfigured } from '../misconfigured.js';
import { columnNames, tableNames } from './catalog.js';
import { assertDoubled, dropTriggers } from './double-writes.js';
import { define, sourcesOf, type Moving } from './moving.js';
import { type AnyDb } from './sharded-table.js';

/** What tables are called when nobody uses them any more. */
const OLD = 'storey_old_';

/**
 * All at once the old tables lose their names and the new layout gets its own: one transaction, on MySQL one atomic
 * RENAME, which waits for those who write. Who comes with an old name later finds no table, and asks for the layout.
 */
export async function switchTables(moving: Moving): Promise<void> {
  await assertDoubled(moving);
  await assertSameColumns(moving);
  const tables = sourcesOf(moving).map(({ table }) => table);
  const pairs: readonly (readonly [string, string])[] = [
    ...tables.map((table) => [table, `${OLD}${table}`] as const),
    [LAYOUT, `${OLD}${LAYOUT}`],
    [NEXT_LAYOUT, LAYOUT],
  ];
  await define(moving, (tx) => (isMysql(tx) ? renameOnMysql(tx, pairs) : renameOnSqlite(tx, moving, pairs)));
}

type Pairs = readonly (readonly [string, string])[];

async function renameOnMysql(tx: Transaction<AnyDb>, pairs: Pairs): Promise<void> {
  const list = pairs.map(([from, to]): RawBuilder<unknown> => sql`${sql.table(from)} to ${sql.table(to)}`);
  await sql`rename table ${sql.join(list)}`.execute(tx);
}

async function renameOnSqlite(tx: Transaction<AnyDb>, moving: Moving, pairs: Pairs): Promise<void> {
  for (const { table } of sourcesOf(moving)) await dropTriggers(tx, moving.to, table);
  for (const [from, to] of pairs) {
    await sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(tx);
  }
}

/** Somebody may have changed tables by hand since. */
async function assertSameColumns(moving: Moving): Promise<void> {
  const { read } = moving.sql;
  for (const { table, targets } of sourcesOf(moving)) {
    const columns = (await columnNames(read, table)).join();
    for (const target of targets) {
      if ((await columnNames(read, target)).join() === columns) continue;
      throw misconfigured(`${table} got other columns than ${target} meanwhile: abort it and begin again`);
    }
  }
}

/** Removes what is left of the former tables; their triggers go with them. */
export async function dropOld(
  moving: Pick<Moving, 'sql' | 'clock' | 'signal' | 'faultPoint'>,
): Promise<number> {
  const left = (await tableNames(moving.sql.read)).filter((name) => name.startsWith(OLD));
  for (const table of left) {
    await define(moving, async (tx) => {
      await sql`drop table if exists ${sql.table(table)}`.execute(tx);
    });
    moving.faultPoint('reshard.dropped');
  }
  return left.length;
}
