import {
  shardOfUser,
  type Comments,
  type NotificationKind,
  type NotificationRecord,
  type Notifications,
  type Reactions,
} from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';
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

  async #noticesOf({ event, actorId }: Event): Promise<readonly Notice[]> {
    switch (event.case) {
      case 'created':
        return ofCreation(event.value);
      case 'updated':
        return this.#newMentions(event.value.comment);
      case 'reacted':
        return this.#firstLike(event.value);
      case 'rejected':
        return ofRejection(event.value);
      case 'decided':
        return this.#afterDecision(event.value);
      case 'deleted':
        return ofDeletion(actorId, event.value);
      default:
        return [];
    }
  }

  /** The author hears of what was decided; what came out of review is told of as if it had just been written. */
  async #afterDecision({
    comment: judged,
    before,
  }: commentEvents.CommentEvent_Decided): Promise<readonly Notice[]> {
    if (!judged || judged.state === before) return [];
    const told = { userId: judged.authorId, kind: 'moderation', commentId: judged.id } as const;
    if (before !== comment.CommentState.IN_REVIEW || !isVisible(judged)) return [told];
    return [told, ...answersAndMentions(judged, await this.#parentAuthorOf(judged))];
  }

  async #parentAuthorOf({ parentId }: comment.Comment): Promise<bigint> {
    const parent = parentId === 0n ? undefined : await this.#comments.byId(parentId);
    return parent?.authorId ?? 0n;
  }

  /** Likes fold: the first one tells the author, and the notice speaks of all that there are when it is read. */
  async #firstLike({ commentId, likes }: commentEvents.CommentEvent_Reacted): Promise<readonly Notice[]> {
    if (likes === 0n) return [];
    const { authorId: userId = 0n } = (await this.#comments.byId(commentId)) ?? {};
    const [liker] = await this.#reactions.likers(commentId, userId, 1);
    return liker === undefined || userId === 0n ? [] : [{ userId, kind: 'like', commentId }];
  }

  /** An edit may name more people; whoever was told of the answer is not told again. */
  async #newMentions(edited: comment.Comment | undefined): Promise<readonly Notice[]> {
    if (!edited || !isVisible(edited) || edited.mentions.length === 0) return [];
    const notices = answersAndMentions(edited, await this.#parentAuthorOf(edited));
    return notices.filter(({ kind }) => kind === 'mention');
  }

  #record({ actorId, atMs, commandId }: Event, { userId, kind, commentId }: Notice): NotificationRecord {
    const id = this.#ids.next(shardOfUser(userId));
    const notice = { id, userId, kind, commentId, at: atMs, read: false };
    // Each decision is told of; who made it is nobody's to pursue.
    return kind === 'moderation' ? { ...notice, actorId: 0n, causeId: commandId } : { ...notice, actorId };
  }
}

const isVisible = ({ state }: comment.Comment): boolean => state === comment.CommentState.VISIBLE;

function ofCreation({
  comment: created,
  parentAuthorId,
  imported,
}: commentEvents.CommentEvent_Created): readonly Notice[] {
  return created && isVisible(created) && !imported ? answersAndMentions(created, parentAuthorId) : [];
}

function ofRejection({ comment: rejected }: commentEvents.CommentEvent_Rejected): readonly Notice[] {
  return rejected ? [{ userId: rejected.authorId, kind: 'moderation', commentId: rejected.id }] : [];
}

/** Whoever deletes his own need not be told. */
function ofDeletion(
  actorId: bigint,
  { commentId, authorId }: commentEvents.CommentEvent_Deleted,
): readonly Notice[] {
  return authorId === 0n || authorId === actorId ? [] : [{ userId: authorId, kind: 'moderation', commentId }];
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
