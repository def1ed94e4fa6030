import { type Comment, type Reaction, type Viewer } from './comment.js';

/** The comment as it will be once the reaction arrived. */
export function reacted(comment: Comment, viewer: Viewer, to: Reaction): Comment {
  const before = viewer.reaction;
  const moved = (kind: Reaction): number => Number(to === kind) - Number(before === kind);
  return {
    ...comment,
    likes: Math.max(0, comment.likes + moved('like')),
    dislikes: Math.max(0, comment.dislikes + moved('dislike')),
    viewer: { ...viewer, reaction: to },
  };
}

/** Pressed again, a reaction is taken back. */
export const toggled = (now: Reaction, pressed: Reaction): Reaction => (now === pressed ? 'none' : pressed);
