import { create } from '@bufbuild/protobuf';
import {
  hotScore,
  type ContentTable,
  type CountTable,
  type EditTable,
  type IndexTable,
  type ReactionTable,
  type SubjectTable,
} from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { type Command } from './command.js';

const { CommentState } = comment;

export interface Comment {
  readonly index: IndexTable;
  readonly count: CountTable;
}

type Happening = Exclude<commentEvents.CommentEvent['event'], { case: undefined }>;

/**
 * The rows of one subject that a batch of commands touches, in memory: commands change them here, in order, and what
 * changed is written at the end. Counts, floors, scores and what is shown follow from the methods and are set nowhere else.
 */
export class Thread {
  readonly contents = new Map<bigint, ContentTable>();
  readonly edits: EditTable[] = [];
  /** By comment, of those that are edited: the greatest id of an edit that was applied. */
  readonly lastEdits = new Map<bigint, bigint>();
  readonly events: commentEvents.CommentEvent[] = [];
  readonly changed = {
    comments: new Set<Comment>(),
    contents: new Set<bigint>(),
    reactions: new Set<ReactionTable>(),
  };
  readonly #comments: Map<bigint, Comment>;
  readonly #reactions: Map<string, ReactionTable>;
  /** Many clicks on one comment are one event. */
  readonly #reacted = new Map<bigint, commentEvents.CommentEvent>();

  /** @param isNew the subject has no row yet. */
  constructor(
    readonly subject: SubjectTable,
    readonly isNew: boolean,
    loaded: { readonly comments: readonly Comment[]; readonly reactions: readonly ReactionTable[] },
  ) {
    this.#comments = new Map(loaded.comments.map((comment) => [comment.index.id, comment]));
    this.#reactions = new Map(loaded.reactions.map((row) => [reactionKey(row), row]));
  }

  find(id: bigint): Comment | undefined {
    return this.#comments.get(id);
  }

  /** The root that a comment stands under; `undefined` for a root. */
  rootOf({ index }: Comment): Comment | undefined {
    return index.root_id === 0n ? undefined : this.find(index.root_id);
  }

  add(comment: Comment, content: ContentTable): void {
    this.#comments.set(comment.index.id, comment);
    this.contents.set(comment.index.id, content);
    this.changed.comments.add(comment);
  }

  /** The next floor under the subject, or under the root. */
  nextFloor(root: Comment | undefined): bigint {
    if (!root) return (this.subject.root_floor += 1n);
    this.changed.comments.add(root);
    return (root.count.reply_floor += 1n);
  }

  /**
   * Counts a comment that became visible, or ceased to be.
   * @returns ids of the tombstones above it that are shown no more.
   */
  countVisible(comment: Comment, by: 1n | -1n): readonly bigint[] {
    const { index } = comment;
    this.subject.all_ += by;
    if (index.root_id === 0n) this.subject.roots += by;
    const above = new Set([this.rootOf(comment), this.find(index.parent_id)]);
    const vanished: bigint[] = [];
    for (const ancestor of above) {
      if (!ancestor) continue;
      ancestor.count.replies += by;
      const wasShown = ancestor.index.shown === 1;
      this.settle(ancestor);
      if (wasShown && ancestor.index.shown === 0) vanished.push(ancestor.index.id);
    }
    return vanished;
  }

  /** Brings `shown` in line with state and replies, and the score with state and votes. */
  settle(comment: Comment): void {
    const { index, count } = comment;
    const { likes, dislikes } = count;
    const visible = index.state === CommentState.VISIBLE;
    count.score = visible ? hotScore({ likes, dislikes, createdAt: index.created_at }) : 0;
    const tombstone = index.state === CommentState.DELETED && count.replies > 0n;
    index.shown = visible || tombstone ? 1 : 0;
    this.changed.comments.add(comment);
  }

  reactionOf(commentId: bigint, userId: bigint): ReactionTable | undefined {
    return this.#reactions.get(reactionKey({ comment_id: commentId, user_id: userId }));
  }

  react(row: ReactionTable): void {
    const before = this.#reactions.get(reactionKey(row));
    if (before) this.changed.reactions.delete(before);
    this.#reactions.set(reactionKey(row), row);
    this.changed.reactions.add(row);
  }

  tell(command: Command, event: Happening): commentEvents.CommentEvent {
    this.subject.version += 1n;
    const told = create(commentEvents.CommentEventSchema, {
      subject: command.subject,
      subjectId: this.subject.id,
      commandId: command.id,
      actorId: command.actorId,
      atMs: command.acceptedAt,
      version: this.subject.version,
      traceId: command.traceId,
      event,
    });
    this.events.push(told);
    return told;
  }

  /** The latest counts of a comment, and all who moved them, in one event a batch. */
  tellReacted(command: Command, { index, count }: Comment): void {
    const told = this.#reacted.get(index.id);
    const before = told?.event.case === 'reacted' ? told.event.value.userIds : [];
    const value = create(commentEvents.CommentEvent_ReactedSchema, {
      commentId: index.id,
      rootId: index.root_id,
      likes: count.likes,
      dislikes: count.dislikes,
      userIds: [...new Set([...before, command.actorId])],
    });
    const event: Happening = { case: 'reacted', value };
    if (told) told.event = event;
    else this.#reacted.set(index.id, this.tell(command, event));
  }
}

const reactionKey = (row: Pick<ReactionTable, 'comment_id' | 'user_id'>): string =>
  `${row.comment_id}/${row.user_id}`;
