import { Notifications } from '@storey/comment';
import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { EraseComments } from './erase-comments.js';

/** Notices of one call. */
const AT_ONCE = 500;

type Calls = Pick<Handlers<typeof comment.CommentService>, 'eraseComments' | 'eraseNotifications'>;

@RpcController(comment.CommentService)
export class ErasingGrpc implements Calls {
  constructor(
    private readonly comments: EraseComments,
    private readonly notifications: Notifications,
  ) {}

  eraseComments({ userId, barrier }: comment.EraseCommentsRequest) {
    return this.comments.execute(userId, barrier);
  }

  async eraseNotifications({ userId }: comment.EraseNotificationsRequest) {
    return { done: !(await this.notifications.remove(userId, AT_ONCE)) };
  }
}
