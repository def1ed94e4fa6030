import { type Comparison } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { StoredHistory } from '../stored-history.js';
import { type HistoryDb } from '../tables.js';
import { writeDeletion } from '../write-history.js';
import { walkRecords } from './walk-records.js';

/** Records of one table that their user deleted, or cleared, later than they are. A repair removes them again. */
export function compareDeleted(sql: Sql<HistoryDb>, n: number): Comparison {
  const stored = new StoredHistory(sql);
  return {
    name: `deleted history ${n}`,
    find: async function* () {
      for await (const { userId, rows } of walkRecords(sql, n))
        for (const id of await covered(sql, stored, userId, rows)) yield { kind: 'history-deleted', id };
    },
    repair: async (differences) => {
      for (const userId of new Set(differences.map(({ id }) => BigInt(id.split('/', 1)[0] ?? 0))))
        for (const deletion of await stored.deletions(userId)) await writeDeletion(sql, userId, deletion);
    },
  };
}

interface Row {
  readonly business: string;
  readonly oid: string;
  readonly at: bigint;
}

async function covered(
  sql: Sql<HistoryDb>,
  stored: StoredHistory,
  userId: bigint,
  rows: readonly Row[],
): Promise<readonly string[]> {
  const singles = await stored.deletionsOf(userId, rows);
  const clears = await sql.read
    .selectFrom('history_clear')
    .select(['business', 'at'])
    .where('user_id', '=', userId)
    .execute();
  const all = [...singles, ...clears.map(({ business, at }) => ({ business, oid: '', at: Number(at) }))];
  return rows
    .filter(({ business, oid, at }) =>
      all.some(
        (deletion) =>
          (deletion.business === '' || deletion.business === business) &&
          (deletion.oid === '' || deletion.oid === oid) &&
          Number(at) <= deletion.at,
      ),
    )
    .map(({ business, oid }) => `${userId}/${business}/${oid}`);
}
