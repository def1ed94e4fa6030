import { type Kysely, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type Migrations } from './open-sql-options.js';
import { misconfigured } from './misconfigured.js';

/** Runs the migrations that have not run yet. Inside a transaction it is all of them or none. */
export async function migrate<DB>(db: Kysely<DB> | Transaction<DB>, migrations: Migrations): Promise<void> {
  const { error, results } = await migrator(db, migrations).migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw misconfigured(`Migration ${failed ?? 'to the latest version'} failed: ${String(error)}`, error);
}

/** The name of the first migration that has not run; changes nothing. */
export async function firstMissing<DB>(db: Kysely<DB>, migrations: Migrations): Promise<string | undefined> {
  const all = await migrator(db, migrations).getMigrations();
  return all.find(({ executedAt }) => executedAt === undefined)?.name;
}

const migrator = <DB>(db: Kysely<DB>, migrations: Migrations): Migrator =>
  new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
