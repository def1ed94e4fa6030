import { type Page } from '../api/page.js';

export type CommentState = 'pending' | 'visible' | 'in_review' | 'rejected' | 'hidden' | 'deleted';
export type Reaction = 'like' | 'dislike' | 'none';
export type Sort = 'hot' | 'new' | 'old';

export interface Author {
  readonly id: string;
  readonly displayName: string;
  readonly level: number;
  readonly roles: readonly string[];
}

export interface Viewer {
  readonly reaction: Reaction;
  readonly canEdit: boolean;
  readonly canDelete: boolean;
  readonly blocked: boolean;
}

export interface Comment {
  readonly id: string;
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly floor: number | null;
  readonly state: CommentState;
  readonly reasonCode: string | null;
  readonly author: Author | null;
  readonly replyTo: Pick<Author, 'id' | 'displayName'> | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly likes: number;
  readonly dislikes: number;
  readonly replyCount: number;
  readonly pinned: boolean;
  readonly viewer: Viewer | null;
  readonly replies?: readonly Comment[];
}

export interface SubjectRef {
  readonly type: string;
  readonly oid: string;
}

export interface Subject extends SubjectRef {
  readonly state: 'open' | 'read_only' | 'closed';
  readonly counts: { readonly roots: number; readonly all: number };
}

export interface CommentPage extends Page {
  readonly subject: Subject;
  readonly pinned: readonly Comment[];
  readonly comments: readonly Comment[];
}

export interface ReplyPage extends Page {
  readonly root: Comment;
  readonly comments: readonly Comment[];
}

export interface Permalink {
  readonly comment: Comment;
  readonly root: Comment | null;
}

/** Accepted, and not yet what everybody sees. */
export const isOnItsWay = ({ state }: Comment): boolean => state === 'pending';

const NOBODY: Viewer = { reaction: 'none', canEdit: false, canDelete: false, blocked: false };

/** What the viewer may do; comments that arrived live bring no word on it. */
export function viewerOf({ viewer, author }: Comment, viewerId: string | null): Viewer {
  if (viewer !== null) return viewer;
  const own = viewerId !== null && author?.id === viewerId;
  return { ...NOBODY, canEdit: own, canDelete: own };
}
