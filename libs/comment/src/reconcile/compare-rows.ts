import { type Clock } from '@storey/context';
import { lowestIdAt } from '@storey/ids';
import { type Comparison, type Difference } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { faultsOfTable } from '../find-comment-faults.js';
import { recountComment, recountSubject } from './recount.js';

/** What is counted of a comment, and follows from its rows. */
const OF_COMMENTS = new Set(['likes', 'dislikes', 'root-replies', 'reply-replies', 'score', 'shown']);
const OF_SUBJECTS = new Set(['subject-counts']);

/** Words are stored before their comment; those of a command that never came are swept by comment-job after an hour. */
const SWEPT_MS = 2 * 60 * 60 * 1000;

/**
 * Counts, floors, marks and places of one table against the rows they stand for. Counts are mended; texts, floors and
 * places that are lost are not: nobody knows what they were.
 */
export function compareRows(sql: Sql<CommentDb>, clock: Clock, n: number): Comparison {
  return {
    name: `comment rows ${n}`,
    find: async function* () {
      const swept = lowestIdAt(clock.now() - SWEPT_MS);
      for await (const { rule, id } of faultsOfTable(sql, n))
        if (rule !== 'content-alone' || id < swept) yield { kind: rule, id: String(id) };
    },
    repair: async (differences) => {
      for (const id of idsOf(differences, OF_COMMENTS)) await recountComment(sql, n, id);
      for (const id of idsOf(differences, OF_SUBJECTS)) await recountSubject(sql, n, id);
    },
  };
}

const idsOf = (differences: readonly Difference[], kinds: ReadonlySet<string>): ReadonlySet<bigint> =>
  new Set(differences.filter(({ kind }) => kinds.has(kind)).map(({ id }) => BigInt(id)));
