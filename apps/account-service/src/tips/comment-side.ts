import { type comment } from '@storey/contracts';
import { type RpcClient } from '@storey/rpc';

/** What comment-service does for a tip. */
export type CommentSide = Pick<
  RpcClient<typeof comment.CommentService>,
  'tryTip' | 'confirmTip' | 'cancelTip' | 'getComment'
>;

/** The answer to a giver is waited for that long at most, twice. */
export const CALL = { timeoutMs: 300 };
