import { describe, expect, it } from '@jest/globals';
import { type Comment } from './comment.js';
import { reacted, toggled } from './reacting.js';

describe('a reaction', () => {
  const comment = { likes: 2, dislikes: 1 } as Comment;
  const viewer = { reaction: 'none', canEdit: false, canDelete: false, blocked: false } as const;

  it('moves the counts from the old to the new', () => {
    expect(reacted(comment, viewer, 'like')).toMatchObject({ likes: 3, dislikes: 1 });
    const liked = { ...viewer, reaction: 'like' } as const;
    expect(reacted(comment, liked, 'dislike')).toMatchObject({
      likes: 1,
      dislikes: 2,
      viewer: { reaction: 'dislike' },
    });
    expect(reacted(comment, liked, 'none')).toMatchObject({ likes: 1, dislikes: 1 });
  });

  it('is taken back when pressed again', () => {
    expect([toggled('like', 'like'), toggled('none', 'like'), toggled('dislike', 'like')]).toEqual([
      'none',
      'like',
      'like',
    ]);
  });
});
