import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  checkText,
  render,
  toComment,
  type CommentRecord,
  type Mention,
  type SubjectKey,
} from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { requireCaller, type Caller } from '../caller.js';
import { type CommandLog } from '../intake/command-log.js';
import { type Idempotency, type Keyed } from '../intake/idempotency.js';
import { unkeyedTicket, type Ticket } from '../intake/ticket.js';
import { type Drafts } from './drafts.js';
import { type PostingRules } from './posting-rules.js';
import { reviewReason } from './review-reason.js';
import { type Draft } from './rule.js';

export interface NewPost {
  readonly subject: SubjectKey;
  readonly text: string;
  /** 0 for a root. */
  readonly parentId: bigint;
  readonly mentions: readonly Mention[];
  readonly idempotency?: Keyed;
}

export interface Posted {
  readonly comment: comment.Comment;
  /** True when an earlier attempt under the same key was answered with this. */
  readonly replayed: boolean;
}

/**
 * Accepts a comment: the text, the key, the rules, the log, in this order. Whatever is refused leaves nothing
 * behind; what was appended is never taken back, and the same key finds it again.
 */
export class Publish {
  readonly #idempotency: Idempotency;
  readonly #drafts: Drafts;
  readonly #rules: PostingRules;
  readonly #log: CommandLog;

  constructor(idempotency: Idempotency, drafts: Drafts, rules: PostingRules, log: CommandLog) {
    this.#idempotency = idempotency;
    this.#drafts = drafts;
    this.#rules = rules;
    this.#log = log;
  }

  /** @throws AppError with the codes of the public contract. */
  async execute(post: NewPost): Promise<Posted> {
    const author = requireCaller();
    const text = checkText(post.text);
    const ticket = await this.#ticket(author, post);
    if (ticket.answer) return { comment: fromBinary(comment.CommentSchema, ticket.answer), replayed: true };
    const draft = await this.#checked({ ...post, text }, author, ticket);
    const accepted = await this.#accept({ ...post, text }, draft, ticket);
    return { comment: accepted, replayed: false };
  }

  #ticket(author: Caller, { subject, idempotency }: NewPost): Promise<Ticket> {
    const newId = (): bigint => this.#log.nextId(subject);
    if (!idempotency) return Promise.resolve(unkeyedTicket(newId()));
    return this.#idempotency.begin({ ...idempotency, userId: author.userId }, newId);
  }

  async #checked({ subject, parentId, text }: NewPost, author: Caller, ticket: Ticket): Promise<Draft> {
    try {
      const draft = await this.#drafts.of({ id: ticket.id, author, subject, parentId, text });
      await this.#rules.check(draft, ticket);
      return draft;
    } catch (error) {
      await ticket.release();
      throw error;
    }
  }

  async #accept(post: NewPost, draft: Draft, ticket: Ticket): Promise<comment.Comment> {
    const record = recordOf(post, draft, this.#log.now());
    const viewing = { viewer: draft.author, ownerId: draft.subject.ownerId, now: this.#log.now() };
    const shown = toComment(record, viewing);
    const answer = toBinary(comment.CommentSchema, shown);
    const publish = create(commentEvents.CommentCommand_PublishSchema, {
      text: record.text,
      parentId: record.parentId,
      rootId: record.rootId,
      mentions: record.mentions.map(({ userId, username }) => ({ userId, username })),
      reviewReason: reviewReason(draft),
    });
    const keyed = {
      ...publish,
      idempotencyKey: post.idempotency?.key ?? '',
      idempotencyFingerprint: post.idempotency?.fingerprint ?? NOTHING,
      idempotencyResponse: post.idempotency ? answer : NOTHING,
    };
    const overlaid = { ...publish, idempotencyResponse: answer };
    const { id, author, subject } = draft;
    const command = { id, subject, actor: author, at: Number(record.createdAt) };
    try {
      await this.#log.accept(
        { ...command, change: { case: 'publish', value: keyed } },
        { ...command, change: { case: 'publish', value: overlaid } },
      );
    } catch (error) {
      if (!mayHaveHappened(error)) await this.#takeBack(draft, ticket);
      throw error;
    }
    await ticket.done(answer);
    return shown;
  }

  async #takeBack(draft: Draft, ticket: Ticket): Promise<void> {
    if (await ticket.release()) await this.#rules.undo(draft);
  }
}

const NOTHING = new Uint8Array();

const mayHaveHappened = (error: unknown): boolean =>
  !isAppError(error) || error.kind === 'outcome_unknown' || error.kind === 'internal';

function recordOf({ mentions }: NewPost, draft: Draft, now: number): CommentRecord {
  const { id, subject, author, parent, text } = draft;
  return {
    id,
    subjectId: subject.id,
    subject: { type: subject.type, oid: subject.oid },
    rootId: parent ? parent.rootId || parent.id : 0n,
    parentId: parent?.id ?? 0n,
    floor: 0n,
    state: comment.CommentState.PENDING,
    shown: true,
    authorId: author.userId,
    replyToUserId: parent && parent.rootId !== 0n ? parent.authorId : 0n,
    pinned: false,
    createdAt: BigInt(now),
    editedAt: 0n,
    version: id,
    reasonCode: '',
    reviewReason: '',
    text,
    html: render(text, mentions),
    mentions,
    likes: 0n,
    dislikes: 0n,
    replies: 0n,
    replyFloor: 0n,
    reports: 0n,
  };
}
