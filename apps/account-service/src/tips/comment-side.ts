import { type comment } from '@storey/contracts';
import { isAppError, type AppError, type Kind } from '@storey/errors';
import { type RpcClient } from '@storey/rpc';

/** What comment-service does for a tip. */
export type CommentSide = Pick<
  RpcClient<typeof comment.CommentService>,
  'tryTip' | 'confirmTip' | 'cancelTip' | 'getComment'
>;

/** The answer to a giver is waited for that long at most, twice. */
export const CALL = { timeoutMs: 300 };

const REFUSALS: readonly Kind[] = ['invalid', 'unprocessable', 'forbidden', 'not_found', 'conflict'];

/** It was heard and will be the same again; anything else may be over in a moment, or have happened. */
export const isRefusal = (error: unknown): error is AppError =>
  isAppError(error) && REFUSALS.includes(error.kind);
