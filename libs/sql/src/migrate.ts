import { type Kysely, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type Migrations } from './open-sql-options.js';
import { misconfigured } from './misconfigured.js';

/** Runs the migrations that have not run yet. Inside a transaction it is all of them or none. */
export async function migrate<DB>(db: Kysely<DB> | Transaction<DB>, migrations: Migrations): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw misconfigured(`Migration ${failed ?? 'to the latest version'} failed: ${String(error)}`, error);
}
