import { type Kysely, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type Migrations } from './open-sql-options.js';
import { NEXT_LAYOUT } from './layout.js';
import { misconfigured } from './misconfigured.js';
import { tableNames } from './reshard/catalog.js';

/** Runs the migrations that have not run yet. Inside a transaction it is all of them or none. */
export async function migrate<DB>(db: Kysely<DB> | Transaction<DB>, migrations: Migrations): Promise<void> {
  await refuseWhileResharding(db, migrations);
  const { error, results } = await migrator(db, migrations).migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw misconfigured(`Migration ${failed ?? 'to the latest version'} failed: ${String(error)}`, error);
}

/** It would change the tables that are read and not those that are being filled. */
async function refuseWhileResharding<DB>(db: Kysely<DB>, migrations: Migrations): Promise<void> {
  if (!(await tableNames(db)).includes(NEXT_LAYOUT)) return;
  const missing = await firstMissing(db, migrations);
  if (missing === undefined) return;
  throw misconfigured(
    `Migration ${missing} can't run while tables are being dealt out anew: end \`npm run reshard\`, or abort it`,
  );
}

/** The name of the first migration that has not run; changes nothing. */
export async function firstMissing<DB>(db: Kysely<DB>, migrations: Migrations): Promise<string | undefined> {
  const all = await migrator(db, migrations).getMigrations();
  return all.find(({ executedAt }) => executedAt === undefined)?.name;
}

const migrator = <DB>(db: Kysely<DB>, migrations: Migrations): Migrator =>
  new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
