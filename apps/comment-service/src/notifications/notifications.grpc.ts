import { Notifications } from '@storey/comment';
import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { requireCaller } from '../caller.js';
import { pageSize } from '../listing/limits.js';
import { CountUnread } from './count-unread.js';
import { ListNotifications } from './list-notifications.js';

type Service = typeof comment.CommentService;

@RpcController(comment.CommentService)
export class NotificationsGrpc implements Pick<
  Handlers<Service>,
  'listNotifications' | 'countUnread' | 'markRead'
> {
  constructor(
    private readonly list: ListNotifications,
    private readonly unread: CountUnread,
    private readonly notifications: Notifications,
  ) {}

  listNotifications({ position, limit }: comment.ListNotificationsRequest) {
    return this.list.execute({ position, limit: pageSize(limit) });
  }

  async countUnread() {
    return { count: await this.unread.execute() };
  }

  async markRead({ upTo }: comment.MarkReadRequest) {
    await this.notifications.markRead(requireCaller().userId, upTo);
    return {};
  }
}
