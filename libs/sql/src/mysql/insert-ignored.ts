import { toAppError } from '@storey/errors';
import { type CompiledQuery } from 'kysely';
import { type ResultSetHeader } from 'mysql2';

/**
 * INSERT IGNORE ignores everything: it cuts text that is too long and puts 0 for NULL, each with a warning. A row that
 * is there already gives one warning and is not counted; more warnings than these mean that something was altered.
 * @throws AppError `internal`, so that the transaction is undone.
 */
export function refuseAlteration({ query }: CompiledQuery, answer: ResultSetHeader): void {
  if (answer.warningStatus === 0 || query.kind !== 'InsertQueryNode' || !query.orAction) return;
  const rows =
    query.values && 'values' in query.values ? (query.values.values as readonly unknown[]).length : 1;
  if (answer.warningStatus <= rows - answer.affectedRows) return;
  throw toAppError(new Error('INSERT IGNORE would have stored something else than it was given'));
}
