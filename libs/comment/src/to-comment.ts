import { create } from '@bufbuild/protobuf';
import { comment } from '@storey/contracts';
import { type CommentRecord, type SubjectRecord } from './comment-record.js';
import { canDelete, canEdit, hosts, isAuthor, type Person } from './rules/permissions.js';

const { CommentState, Reaction } = comment;

/** Through whose eyes a comment is shown. */
export interface Viewing {
  /** Absent for an anonymous viewer, whose comments have no `viewer`. */
  readonly viewer?: Person;
  /** Of the subject; 0 without one. */
  readonly ownerId?: bigint;
  /** The viewer's own; absent: none. */
  readonly reaction?: number;
  /** Epoch ms. */
  readonly now: number;
}

/** The contract's form of a comment, without replies. A deleted one has neither words nor author. */
export function toComment(record: CommentRecord, viewing: Viewing): comment.Comment {
  const deleted = record.state === CommentState.DELETED;
  return create(comment.CommentSchema, {
    id: record.id,
    subject: record.subject,
    rootId: record.rootId,
    parentId: record.parentId,
    floor: record.floor,
    state: record.state,
    reasonCode: record.reasonCode,
    createdAtMs: record.createdAt,
    editedAtMs: record.editedAt,
    likes: record.likes,
    dislikes: record.dislikes,
    replyCount: record.replies,
    pinned: record.pinned,
    replyToUserId: record.replyToUserId,
    ...(!deleted && wordsOf(record)),
    ...(viewing.viewer && { viewer: viewerOf(record, viewing.viewer, viewing) }),
  });
}

const wordsOf = ({ authorId, text, html, mentions }: CommentRecord) => ({
  authorId,
  text,
  html,
  mentions: [...mentions],
});

/** What one person may do with a comment, and has done. */
export type ViewerOf = Omit<comment.Viewer, '$typeName' | '$unknown'>;

export function viewerOf(
  record: CommentRecord,
  viewer: Person,
  { ownerId = 0n, reaction, now }: Omit<Viewing, 'viewer'>,
): ViewerOf {
  const visible = record.state === CommentState.VISIBLE;
  return {
    reaction: reaction ?? Reaction.NONE,
    canEdit: canEdit(viewer, record, now),
    canDelete: canDelete(viewer, record, ownerId),
    canPin: visible && record.rootId === 0n && hosts(viewer, ownerId),
    canReport: visible && !isAuthor(viewer, record),
    blocked: false,
  };
}

/** Whether this is what most see: who may report it if it is visible, and has nothing else to do with it. */
export function isUsual(viewer: ViewerOf, { state }: CommentRecord): boolean {
  const { reaction, canEdit, canDelete, canPin, canReport, blocked } = viewer;
  const may = canEdit || canDelete || canPin || blocked;
  return !may && reaction === Reaction.NONE && canReport === (state === CommentState.VISIBLE);
}

/** The contract's form of a subject. */
export function toSubject(record: SubjectRecord): comment.Subject {
  const { id, type, oid, title, url, ownerId, state, policyMode, minLevel, roots, all } = record;
  return create(comment.SubjectSchema, {
    id,
    ref: { type, oid },
    title,
    url,
    ownerId,
    state,
    policyMode,
    policyMinLevel: minLevel,
    counts: { roots, all },
  });
}
