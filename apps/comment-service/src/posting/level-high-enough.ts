import { AppError } from '@storey/errors';
import { type Draft, type PostingRule } from './rule.js';

/** A subject may ask for a level. */
export class LevelHighEnough implements PostingRule {
  readonly holdsForRetries = true;

  check({ level, subject }: Draft): void {
    if (level >= subject.minLevel) return;
    throw new AppError({
      kind: 'forbidden',
      code: 'COMMENT_LEVEL_TOO_LOW',
      message: `Level ${subject.minLevel} is needed to comment here.`,
    });
  }
}
