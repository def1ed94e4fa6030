import {
  type CommentRecord,
  type NotificationRecord,
  type Notifications,
  type Reactions,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { cursorInvalid } from '@storey/errors';
import { requireCaller } from '../caller.js';
import { decodePosition, encodePosition } from '../listing/positions.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { tellable } from './tellable.js';

export interface NotificationsRequest {
  /** Empty at the beginning. */
  readonly position: Uint8Array;
  readonly limit: number;
}

export interface ShownNotification {
  readonly id: bigint;
  readonly kind: string;
  readonly atMs: bigint;
  readonly read: boolean;
  readonly comment: comment.Comment;
  readonly actorIds: bigint[];
  readonly count: number;
}

export interface NotificationPage {
  readonly notifications: ShownNotification[];
  readonly nextPosition: Uint8Array;
}

/** Notices of what is gone are passed over; so many pages of them at most. */
const MAX_PAGES = 10;
const SHOWN_LIKERS = 3;

type Tellable = readonly [NotificationRecord, CommentRecord];

/** What the caller was told of, newest first, as far as it is still there. */
export class ListNotifications {
  readonly #views: Views;
  readonly #records: Records;
  readonly #notifications: Notifications;
  readonly #reactions: Reactions;

  constructor(views: Views, records: Records, notifications: Notifications, reactions: Reactions) {
    this.#views = views;
    this.#records = records;
    this.#notifications = notifications;
    this.#reactions = reactions;
  }

  execute(request: NotificationsRequest): Promise<NotificationPage> {
    const { userId } = requireCaller();
    return this.#views.as(async (view) => {
      const { found, next } = await this.#collect(userId, request, view);
      const notifications = await Promise.all(found.map((each) => this.#show(each, view)));
      return {
        notifications,
        nextPosition: next === undefined ? new Uint8Array() : encodePosition({ kind: 'floor', floor: next }),
      };
    });
  }

  async #collect(userId: bigint, { position, limit }: NotificationsRequest, view: View) {
    const found: Tellable[] = [];
    let before = idOf(position);
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const range = { limit: limit + 1, ...(before !== undefined && { before }) };
      const rows = await this.#notifications.page(userId, range);
      for (const each of await tellable(rows, view)) {
        if (found.length === limit) return { found, next: found.at(-1)?.[0].id };
        found.push(each);
      }
      if (rows.length <= limit) return { found };
      before = rows.at(-1)?.id;
    }
    return { found, next: before };
  }

  async #show([row, record]: Tellable, view: View): Promise<ShownNotification> {
    const subject = view.subject(await this.#records.subject(record.subject));
    const [shown] = await view.show([record], subject);
    if (!shown) throw new Error(`comment ${record.id} was not shown`);
    const { id, kind, at, read, actorId } = row;
    const notice = { id, kind, atMs: at, read, comment: shown };
    if (kind === 'like') return { ...notice, ...(await this.#likers(record)) };
    return { ...notice, actorIds: actorId === 0n ? [] : [actorId], count: 1 };
  }

  /** As of now, whoever it was that began. */
  async #likers({ id, authorId, likes }: CommentRecord): Promise<{ actorIds: bigint[]; count: number }> {
    const [likers, own] = await Promise.all([
      this.#reactions.likers(id, authorId, SHOWN_LIKERS),
      this.#reactions.of(authorId, [id]),
    ]);
    const others = Number(likes) - (own.get(id)?.value === comment.Reaction.LIKE ? 1 : 0);
    return { actorIds: [...likers], count: Math.max(others, likers.length) };
  }
}

function idOf(position: Uint8Array): bigint | undefined {
  if (position.length === 0) return undefined;
  const decoded = decodePosition(position);
  if (decoded.kind !== 'floor') throw cursorInvalid();
  return decoded.floor;
}
