import { comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { type DeadLetters } from '@storey/outbox';

const { DeadLetterDecision } = comment;

export interface Decision {
  readonly id: bigint;
  readonly decision: comment.DeadLetterDecision;
  readonly by: string;
}

/** @throws AppError `not_found` for a letter that is gone or about which the other thing was decided. */
export async function decide(letters: DeadLetters, { id, decision, by }: Decision): Promise<void> {
  switch (decision) {
    case DeadLetterDecision.REPLAY:
      return letters.replay(id, by);
    case DeadLetterDecision.DISCARD:
      return letters.discard(id, by);
    default:
      throw invalidRequest([{ path: '/decision', message: 'must be replay or discard' }]);
  }
}
