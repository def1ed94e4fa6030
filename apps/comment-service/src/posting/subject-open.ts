import { takesPosts, type SubjectRecord } from '@storey/comment';
import { AppError } from '@storey/errors';
import { type Draft, type PostingRule } from './rule.js';

/** Nobody writes under a subject that is read-only or closed. */
export class SubjectOpen implements PostingRule {
  readonly holdsForRetries = true;

  check({ subject }: Draft): void {
    checkOpen(subject);
  }
}

/** @throws AppError 403 COMMENT_SUBJECT_CLOSED */
export function checkOpen({ state }: Pick<SubjectRecord, 'state'>): void {
  if (takesPosts(state)) return;
  throw new AppError({
    kind: 'forbidden',
    code: 'COMMENT_SUBJECT_CLOSED',
    message: 'Comments are closed here.',
  });
}
