import { systemClock } from '@storey/context';
import { Metrics, createLogger } from '@storey/observability';
import { TIMERS_TAG, createScheduleTables, scheduleTimer, startTimers } from '@storey/schedule';
import { openSql } from '@storey/sql';

/**
 * Schedules timers until there are COUNT, each with a row of its own in the same transaction, and lets them go off; ends
 * when all have. Killed at any time, it goes on where it was.
 */
const [url, count, spreadMs] = process.argv.slice(2);
const CHUNK = 500;

const migrations = {
  '0001-timers': { up: createScheduleTables },
  '0002-ledger': {
    up: async ({ schema }) => {
      await schema
        .createTable('wanted')
        .addColumn('n', 'integer', (c) => c.primaryKey())
        .execute();
      await schema
        .createTable('went_off')
        .addColumn('id', 'varchar(20)', (c) => c.notNull())
        .addColumn('late_ms', 'integer', (c) => c.notNull())
        .execute();
    },
  },
};
const sql = await openSql(url, { migrations });
const apply = (tx, { id, at }) =>
  tx
    .insertInto('went_off')
    .values({ id, late_ms: systemClock.now() - at })
    .execute();
const logger = createLogger('warn');
const timers = startTimers(sql, { ledger: { apply } }, { logger, metrics: Metrics.create() });
const rowsOf = async (table) => {
  const { rows } = await sql.read
    .selectFrom(table)
    .select(({ fn }) => fn.countAll().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
};

process.stdout.write('started\n');
for (let from = await rowsOf('wanted'); from < Number(count); from += CHUNK) {
  const numbers = Array.from({ length: Math.min(CHUNK, Number(count) - from) }, (_, i) => from + i);
  await sql.transaction(
    async (tx) => {
      await tx
        .insertInto('wanted')
        .values(numbers.map((n) => ({ n })))
        .execute();
      for (const n of numbers) {
        const at = systemClock.now() + Math.floor(Math.random() * Number(spreadMs));
        await scheduleTimer(tx, { id: `t${n}`, kind: 'ledger', at, payload: new Uint8Array(16) });
      }
    },
    { notify: TIMERS_TAG, timeoutMs: 30_000 },
  );
}
while ((await rowsOf('timer')) > 0) await systemClock.sleep(200);
process.stdout.write('all went off\n');
await timers.close();
await sql.close();
