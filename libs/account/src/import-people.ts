import { hash } from 'node:crypto';
import { type Transaction } from 'kysely';
import { type AccountDb } from './account-db.js';

type Tx = Transaction<AccountDb>;

/** The name under which a person of a source is kept. */
export const sourceHash = (sourceKey: string): string => hash('sha256', sourceKey, 'base64url');

/** The table `import_person`: which user stands for whom of an imported file. */
export class ImportPeople {
  /** User ids by source hash; unknown ones are left out. */
  async known(tx: Tx, hashes: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    if (hashes.length === 0) return new Map();
    const query = tx.selectFrom('import_person').selectAll().where('source_hash', 'in', hashes);
    const rows = await query.execute();
    return new Map(rows.map((row) => [row.source_hash, row.user_id]));
  }

  /** @throws what `isUniqueViolation` knows when another has just made one of them. */
  async insert(tx: Tx, people: ReadonlyMap<string, bigint>): Promise<void> {
    const sorted = [...people].sort(([a], [b]) => (a < b ? -1 : 1)); // two imports lock in one order
    const rows = sorted.map(([source_hash, user_id]) => ({ source_hash, user_id }));
    if (rows.length > 0) await tx.insertInto('import_person').values(rows).execute();
  }
}
