import { comment } from '@storey/contracts';

const { CommentState: S, Decision: D, SubjectState } = comment;

/** Every legal move. Out of `deleted` leads only the `restore` of a moderator. */
const MOVES: ReadonlyMap<number, readonly number[]> = new Map([
  [S.PENDING, [S.VISIBLE, S.IN_REVIEW, S.REJECTED]],
  [S.VISIBLE, [S.HIDDEN, S.DELETED]],
  [S.HIDDEN, [S.VISIBLE, S.DELETED]],
  [S.IN_REVIEW, [S.VISIBLE, S.REJECTED, S.DELETED]],
  [S.REJECTED, [S.DELETED]],
]);

export const canMove = (from: number, to: number): boolean => MOVES.get(from)?.includes(to) ?? false;

/** The state that a decision brings a comment to. */
export const DECIDED_STATE = {
  [D.UNSPECIFIED]: S.UNSPECIFIED,
  [D.APPROVE]: S.VISIBLE,
  [D.HIDE]: S.HIDDEN,
  [D.DELETE]: S.DELETED,
  [D.RESTORE]: S.VISIBLE,
  [D.REJECT]: S.REJECTED,
} as const satisfies Record<comment.Decision, comment.CommentState>;

/**
 * Whether a moderator may decide so; what is in that state already may always be decided to stay. What never got a
 * floor stands nowhere, and is shown to nobody again.
 */
export function canDecide(
  { state, floor }: { readonly state: number; readonly floor: bigint | null },
  decision: comment.Decision,
): boolean {
  const to = DECIDED_STATE[decision];
  if (to === S.UNSPECIFIED) return false;
  if (state === to || canMove(state, to)) return true;
  return state === S.DELETED && decision === D.RESTORE && floor !== null && floor !== 0n;
}

/** Whether somebody may be answered: what is deleted or was rejected may not. */
export const takesReplies = (state: number): boolean => state !== S.DELETED && state !== S.REJECTED;

/** Whether what stands under a root of this state is seen by all: the replies of a tombstone are, those of a hidden root not. */
export const showsReplies = (state: number): boolean => state === S.VISIBLE || state === S.DELETED;

/** Whether anybody may write under a subject. */
export const takesPosts = (subjectState: number): boolean =>
  subjectState !== SubjectState.READ_ONLY && subjectState !== SubjectState.CLOSED;
