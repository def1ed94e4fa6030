import { comment } from '@storey/contracts';

const { CommentState: S } = comment;

/** Every legal move. `deleted` is final. */
const MOVES: ReadonlyMap<number, readonly number[]> = new Map([
  [S.PENDING, [S.VISIBLE, S.IN_REVIEW, S.REJECTED]],
  [S.VISIBLE, [S.HIDDEN, S.DELETED]],
  [S.HIDDEN, [S.VISIBLE, S.DELETED]],
  [S.IN_REVIEW, [S.VISIBLE, S.REJECTED, S.DELETED]],
  [S.REJECTED, [S.DELETED]],
]);

export const canMove = (from: number, to: number): boolean => MOVES.get(from)?.includes(to) ?? false;

/** Whether somebody may be answered: what is deleted or was rejected may not. */
export const takesReplies = (state: number): boolean => state !== S.DELETED && state !== S.REJECTED;
