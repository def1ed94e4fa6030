import { type Notifications } from '@storey/comment';
import { requireCaller } from '../caller.js';
import { type Views } from '../viewing/views.js';
import { tellable } from './tellable.js';

/** Nobody reads on; more are counted as so many. */
const MAX_COUNTED = 500;

/** How many notices the caller has not read, of what is still there. */
export class CountUnread {
  readonly #views: Views;
  readonly #notifications: Notifications;

  constructor(views: Views, notifications: Notifications) {
    this.#views = views;
    this.#notifications = notifications;
  }

  execute(): Promise<bigint> {
    const { userId } = requireCaller();
    return this.#views.as(async (view) => {
      const unread = await this.#notifications.unread(userId, MAX_COUNTED);
      return BigInt((await tellable(unread, view)).length);
    });
  }
}
