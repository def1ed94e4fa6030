import { create } from '@bufbuild/protobuf';
import {
  MAX_PINS,
  decodePins,
  encodePins,
  hotScore,
  showsReplies,
  type AuditTable,
  type ContentTable,
  type CountTable,
  type EditTable,
  type IndexTable,
  type ReactionTable,
  type SubjectTable,
} from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { type Command } from './command.js';
import { Worklists } from './worklists.js';

const { CommentState } = comment;

export interface Comment {
  readonly index: IndexTable;
  readonly count: CountTable;
}

/** Comments above one that moved, which came into their list by it, or left it. */
export interface Turned {
  readonly appeared: readonly bigint[];
  readonly vanished: readonly bigint[];
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
  readonly audit: AuditTable[] = [];
  readonly worklists = new Worklists();
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
   * Brings a comment to a state, and with it everything that follows: counts, what is shown, pins, and what waits for a
   * moderator.
   */
  move(comment: Comment, state: number): Turned {
    const root = this.rootOf(comment) ?? comment;
    const before = seenWith(root);
    const { state: was } = comment.index;
    const by = one(isVisible(state)) - one(isVisible(was));
    comment.index.state = state;
    if (!isVisible(state)) this.unpin(comment);
    this.settle(comment);
    const turned = by === 0n ? NONE : this.#countAbove(comment, by);
    const after = seenWith(root);
    this.subject.roots += after.roots - before.roots;
    this.subject.all_ += after.all - before.all;
    this.worklists.moved(comment, was);
    return turned;
  }

  /** Whether others see it: it is visible, and what it stands under is not hidden from them. */
  isSeen(comment: Comment): boolean {
    const root = this.rootOf(comment);
    return isVisible(comment.index.state) && (!root || showsReplies(root.index.state));
  }

  /** Does nothing to what can't be pinned: replies, what is not visible, and one too many. */
  pin({ index }: Comment): void {
    const ids = decodePins(this.subject.pinned_ids).filter((id) => id !== index.id);
    if (index.root_id !== 0n || !isVisible(index.state) || ids.length >= MAX_PINS) return;
    this.subject.pinned_ids = encodePins([index.id, ...ids]);
    index.pinned = 1;
  }

  unpin({ index }: Comment): void {
    const ids = decodePins(this.subject.pinned_ids).filter((id) => id !== index.id);
    this.subject.pinned_ids = encodePins(ids);
    index.pinned = 0;
  }

  /** The command is known to have come to this comment, whatever it did. */
  touch(comment: Comment, { id }: Command): void {
    if (comment.index.version < id) comment.index.version = id;
    this.changed.comments.add(comment);
  }

  /** The same, of a command about the subject itself. */
  touchSubject({ id }: Command): void {
    if (this.subject.changed_by < id) this.subject.changed_by = id;
  }

  /** Brings `shown` in line with state and replies, and the score with state and votes. */
  settle(comment: Comment): void {
    const { index, count } = comment;
    const { likes, dislikes } = count;
    const visible = isVisible(index.state);
    count.score = visible ? hotScore({ likes, dislikes, createdAt: index.created_at }) : 0;
    const tombstone = index.state === CommentState.DELETED && count.replies > 0n;
    index.shown = visible || tombstone ? 1 : 0;
    this.changed.comments.add(comment);
  }

  #countAbove(comment: Comment, by: bigint): Turned {
    const appeared: bigint[] = [];
    const vanished: bigint[] = [];
    for (const ancestor of new Set([this.rootOf(comment), this.find(comment.index.parent_id)])) {
      if (!ancestor) continue;
      const { index, count } = ancestor;
      const before = index.shown;
      count.replies += by;
      this.settle(ancestor);
      if (index.shown !== before) (index.shown === 1 ? appeared : vanished).push(index.id);
    }
    return { appeared, vanished };
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

const NONE: Turned = { appeared: [], vanished: [] };

const isVisible = (state: number): boolean => state === CommentState.VISIBLE;

const one = (counts: boolean): bigint => (counts ? 1n : 0n);

/** What a root and its replies add to the counts of their subject. */
function seenWith({ index, count }: Comment): { readonly roots: bigint; readonly all: bigint } {
  const self = one(isVisible(index.state));
  const below = index.root_id === 0n && showsReplies(index.state) ? count.replies : 0n;
  return { roots: self, all: self + below };
}
