import { canRead, subjectKey, takesReplies } from '@storey/comment';
import { AppError } from '@storey/errors';
import { type Draft, type PostingRule } from './rule.js';

/** One answers what one can read, where it stands. One's own pending comment is answered too, and waited for. */
export class ParentAnswerable implements PostingRule {
  readonly holdsForRetries = true;

  check({ author, subject, parentId, parent }: Draft): void {
    if (parentId === 0n) return;
    const readable = parent && canRead(author, parent, parent.shown) && takesReplies(parent.state);
    if (!readable) {
      throw new AppError({
        kind: 'not_found',
        code: 'COMMENT_PARENT_NOT_FOUND',
        message: 'What you answer is not there any more.',
      });
    }
    if (subjectKey(parent.subject) === subjectKey(subject)) return;
    throw new AppError({
      kind: 'unprocessable',
      code: 'COMMENT_PARENT_FOREIGN',
      message: 'What you answer stands under another subject.',
    });
  }
}
