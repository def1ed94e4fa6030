import { sql, type RawBuilder, type Transaction } from 'kysely';
import { columnNames, triggerNames } from './catalog.js';
import { misconfigured } from '../misconfigured.js';
import { errnoOf } from '../mysql/mysql-error.js';
import { type Tables } from '../shards.js';
import { define, sourcesOf, type Moving, type Source } from './moving.js';
import { shardSql, type AnyDb } from './sharded-table.js';

const EVENTS = ['insert', 'update', 'delete'] as const;
type Event = (typeof EVENTS)[number];

/**
 * From here on every write to an old table reaches the new ones in the same transaction, whoever makes it: the database
 * itself does it, so no writer has to know, and none can forget.
 */
export async function doubleWrites(moving: Moving): Promise<void> {
  for (const source of sourcesOf(moving)) {
    await defineTriggers(moving, async (tx) => {
      const there = new Set(await triggerNames(tx));
      for (const event of EVENTS) {
        if (!there.has(triggerName(moving.to, source.table, event)))
          await createTrigger(tx, moving, source, event);
      }
    });
  }
}

/** No right to triggers, or with a binary log none to write one. */
const REFUSED = new Set([1142, 1227, 1419]);

async function defineTriggers(
  moving: Moving,
  work: (tx: Transaction<AnyDb>) => Promise<void>,
): Promise<void> {
  try {
    await define(moving, work);
  } catch (error) {
    if (!REFUSED.has(errnoOf(error))) throw error;
    throw misconfigured(
      'MySQL lets this user make no triggers: it needs TRIGGER and, with a binary log, SUPER or log_bin_trust_function_creators',
      error,
    );
  }
}

/** @throws AppError `SQL_MISCONFIGURED` when one is missing: what was written meanwhile may be in one place only. */
export async function assertDoubled(moving: Moving): Promise<void> {
  const there = new Set(await triggerNames(moving.sql.read));
  for (const { table } of sourcesOf(moving)) {
    const missing = EVENTS.map((event) => triggerName(moving.to, table, event)).find(
      (name) => !there.has(name),
    );
    if (missing) throw misconfigured(`The trigger ${missing} is gone, so copies may lack writes: abort it`);
  }
}

/** Takes it back. */
export async function dropTriggers(tx: Transaction<AnyDb>, to: Tables, table: string): Promise<void> {
  for (const event of EVENTS) {
    await sql`drop trigger if exists ${sql.ref(triggerName(to, table, event))}`.execute(tx);
  }
}

/** Of this attempt: those of another go to other tables. */
const triggerName = ({ first }: Tables, table: string, event: Event): string =>
  `storey_reshard_${first}_${table}_${event}`;

async function createTrigger(
  tx: Transaction<AnyDb>,
  { to }: Moving,
  { sharded, table, targets }: Source,
  event: Event,
): Promise<void> {
  const columns = await columnNames(tx, table);
  const isOld = sql.join(
    sharded.key.map((column) => sql`${sql.ref(column)} = old.${sql.ref(column)}`),
    sql` and `,
  );
  const remove = targets.map((target) => sql`delete from ${sql.table(target)} where ${isOld};`);
  // Nothing here rests on what happens when two rows meet: SQLite would decide that by the statement outside.
  const add = targets.map((target) => {
    const place = Number(target.slice(target.lastIndexOf('_') + 1)) - to.first;
    const names = sql.join(columns.map((column) => sql.ref(column)));
    const values = sql.join(columns.map((column) => sql`new.${sql.ref(column)}`));
    return sql`insert into ${sql.table(target)} (${names}) select ${values} from (select 1 as one) as single
      where ${shardSql(sharded, 'new.')} % ${sql.lit(to.count)} = ${sql.lit(place)};`;
  });
  const steps: Record<Event, readonly RawBuilder<unknown>[]> = {
    insert: add,
    update: [...remove, ...add],
    delete: remove,
  };
  await sql`create trigger ${sql.ref(triggerName(to, table, event))} after ${sql.raw(event)} on ${sql.table(table)}
    for each row begin ${sql.join(steps[event], sql` `)} end`.execute(tx);
}
