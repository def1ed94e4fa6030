import { comment as contract } from '@storey/contracts';
import { personName, profileJson, type ProfileJson } from './profile-json.js';
import { type People } from './profiles.js';

const STATES = {
  [contract.CommentState.UNSPECIFIED]: 'pending',
  [contract.CommentState.PENDING]: 'pending',
  [contract.CommentState.VISIBLE]: 'visible',
  [contract.CommentState.IN_REVIEW]: 'in_review',
  [contract.CommentState.REJECTED]: 'rejected',
  [contract.CommentState.HIDDEN]: 'hidden',
  [contract.CommentState.DELETED]: 'deleted',
} as const satisfies Record<contract.CommentState, string>;

const REACTIONS = {
  [contract.Reaction.UNSPECIFIED]: 'none',
  [contract.Reaction.NONE]: 'none',
  [contract.Reaction.LIKE]: 'like',
  [contract.Reaction.DISLIKE]: 'dislike',
} as const satisfies Record<contract.Reaction, string>;

interface PersonJson {
  readonly id: string;
  readonly displayName: string;
}

/** A comment as the contract shows it. */
export interface CommentJson {
  readonly id: string;
  readonly subject: { readonly type: string; readonly oid: string };
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly floor: number | null;
  readonly state: (typeof STATES)[contract.CommentState];
  readonly reasonCode: string | null;
  readonly author: ProfileJson | null;
  readonly replyTo: PersonJson | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly mentions: readonly PersonJson[];
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly likes: number;
  readonly dislikes: number;
  readonly replyCount: number;
  readonly pinned: boolean;
  readonly viewer: ViewerJson | null;
}

export interface ViewerJson {
  readonly reaction: (typeof REACTIONS)[contract.Reaction];
  readonly canEdit: boolean;
  readonly canDelete: boolean;
  readonly canPin: boolean;
  readonly canReport: boolean;
  readonly blocked: boolean;
}

export function commentJson(comment: contract.Comment, people: People): CommentJson {
  const { subject, viewer } = comment;
  return {
    id: String(comment.id),
    subject: { type: subject?.type ?? '', oid: subject?.oid ?? '' },
    rootId: idOrNull(comment.rootId),
    parentId: idOrNull(comment.parentId),
    floor: comment.floor === 0n ? null : Number(comment.floor),
    state: STATES[comment.state],
    reasonCode: comment.reasonCode || null,
    replyTo: comment.replyToUserId === 0n ? null : person(comment.replyToUserId, people),
    ...(comment.state === contract.CommentState.DELETED ? TOMBSTONE : wordsJson(comment, people)),
    createdAt: timeJson(comment.createdAtMs),
    editedAt: comment.editedAtMs === 0n ? null : timeJson(comment.editedAtMs),
    likes: Number(comment.likes),
    dislikes: Number(comment.dislikes),
    replyCount: Number(comment.replyCount),
    pinned: comment.pinned,
    viewer: viewer ? viewerJson(viewer) : null,
  };
}

type Words = Pick<CommentJson, 'author' | 'text' | 'html' | 'mentions'>;

/** Whoever deletes a comment takes back who said what. */
const TOMBSTONE: Words = { author: null, text: null, html: null, mentions: [] };

const wordsJson = ({ authorId, text, html, mentions }: contract.Comment, people: People): Words => ({
  author: profileJson(authorId, people),
  text,
  html,
  mentions: mentions.map((mention) => mentioned(mention, people)),
});

/** RFC 3339, UTC, milliseconds. */
export const timeJson = (ms: bigint): string => new Date(Number(ms)).toISOString();

export function viewerJson({
  reaction,
  canEdit,
  canDelete,
  canPin,
  canReport,
  blocked,
}: contract.Viewer): ViewerJson {
  return { reaction: REACTIONS[reaction], canEdit, canDelete, canPin, canReport, blocked };
}

const idOrNull = (id: bigint): string | null => (id === 0n ? null : String(id));

const person = (id: bigint, people: People): PersonJson => ({
  id: String(id),
  displayName: personName(id, people),
});

const mentioned = ({ userId, username }: contract.Mention, people: People): PersonJson => ({
  id: String(userId),
  displayName: personName(userId, people, username),
});
