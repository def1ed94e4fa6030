import {
  shardOfUser,
  type Comments,
  type NotificationKind,
  type NotificationRecord,
  type Notifications,
  type Reactions,
} from '@storey/comment';
import { type comment, type commentEvents } from '@storey/contracts';
import { type Batch } from '@storey/events';
import { type Ids } from '@storey/ids';
import { readEvents } from '../read-events.js';

type Event = commentEvents.CommentEvent;

interface Notice {
  readonly userId: bigint;
  readonly kind: NotificationKind;
  readonly commentId: bigint;
}

/** Tells people of answers, mentions, likes and decisions. A notice is once per person, comment and kind by its table. */
export class Notifier {
  readonly #notifications: Notifications;
  readonly #comments: Comments;
  readonly #reactions: Reactions;
  readonly #ids: Ids;

  constructor(notifications: Notifications, comments: Comments, reactions: Reactions, ids: Ids) {
    this.#notifications = notifications;
    this.#comments = comments;
    this.#reactions = reactions;
    this.#ids = ids;
  }

  async handle(batch: Batch): Promise<void> {
    const records: NotificationRecord[] = [];
    for (const event of await readEvents(batch)) {
      const notices = await this.#noticesOf(event);
      records.push(...notices.map((notice) => this.#record(event, notice)));
    }
    await this.#notifications.add(records);
  }

  async #noticesOf({ event }: Event): Promise<readonly Notice[]> {
    switch (event.case) {
      case 'created': {
        const { comment, parentAuthorId, imported } = event.value;
        return comment && !imported ? answersAndMentions(comment, parentAuthorId) : [];
      }
      case 'updated':
        return this.#newMentions(event.value.comment);
      case 'reacted':
        return event.value.likes === 0n ? [] : this.#firstLike(event.value.commentId);
      case 'rejected': {
        const { id = 0n, authorId = 0n } = event.value.comment ?? {};
        return [{ userId: authorId, kind: 'moderation', commentId: id }];
      }
      default:
        return [];
    }
  }

  /** Likes fold: the first one tells the author, and the notice speaks of all that there are when it is read. */
  async #firstLike(commentId: bigint): Promise<readonly Notice[]> {
    const { authorId: userId = 0n } = (await this.#comments.byId(commentId)) ?? {};
    const [liker] = await this.#reactions.likers(commentId, userId, 1);
    return liker === undefined || userId === 0n ? [] : [{ userId, kind: 'like', commentId }];
  }

  /** An edit may name more people; whoever was told of the answer is not told again. */
  async #newMentions(edited: comment.Comment | undefined): Promise<readonly Notice[]> {
    if (!edited || edited.mentions.length === 0) return [];
    const parent = edited.parentId === 0n ? undefined : await this.#comments.byId(edited.parentId);
    const notices = answersAndMentions(edited, parent?.authorId ?? 0n);
    return notices.filter(({ kind }) => kind === 'mention');
  }

  #record({ actorId, atMs }: Event, { userId, kind, commentId }: Notice): NotificationRecord {
    const id = this.#ids.next(shardOfUser(userId));
    return { id, userId, kind, commentId, actorId, at: atMs, read: false };
  }
}

/** Nobody is told of his own words; an answer that also mentions is one notice. */
function answersAndMentions(
  { id, authorId, mentions }: comment.Comment,
  parentAuthorId: bigint,
): readonly Notice[] {
  const kinds = new Map<bigint, NotificationKind>(mentions.map(({ userId }) => [userId, 'mention']));
  if (parentAuthorId !== 0n) kinds.set(parentAuthorId, 'reply');
  kinds.delete(authorId);
  return [...kinds].map(([userId, kind]) => ({ userId, kind, commentId: id }));
}
