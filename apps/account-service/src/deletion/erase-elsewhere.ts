import { type SagaRow } from '@storey/account';
import { type comment, type history } from '@storey/contracts';
import { type RpcClient } from '@storey/rpc';
import { type Sources } from '../sources.js';
import { type Step } from './step.js';

export type CommentErasure = Pick<
  RpcClient<typeof comment.CommentService>,
  'eraseComments' | 'eraseNotifications'
>;
export type HistoryErasure = Pick<RpcClient<typeof history.HistoryService>, 'erase'>;

/** Background work: nobody waits for one call. */
const CALL = { timeoutMs: 5_000 };
/** Longer than a request that was under way when its session ended. */
const SETTLE_MS = 3_000;

/** What other services keep of a user, in the order in which they forget it. */
export function eraseElsewhere(
  comments: CommentErasure,
  histories: HistoryErasure,
  sources: Sources,
): readonly Step[] {
  return [
    {
      name: 'comments',
      run: async ({ user_id: userId, note, created_at }: SagaRow) => {
        if (sources.now() < created_at + BigInt(SETTLE_MS)) return { note };
        const { done, barrier } = await comments.eraseComments({ userId, barrier: note }, CALL);
        return done ? 'done' : { note: barrier };
      },
    },
    {
      name: 'notifications',
      run: async ({ user_id: userId }) => {
        const { done } = await comments.eraseNotifications({ userId }, CALL);
        return done ? 'done' : { note: 'more' };
      },
    },
    {
      name: 'history',
      run: async ({ user_id: userId }) => {
        await histories.erase({ userId }, CALL);
        return 'done';
      },
    },
  ];
}
