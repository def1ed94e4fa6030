import { describe, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { EDIT_WINDOW_MS, canMove, canRead, takesReplies, toComment, type CommentRecord } from './index.js';

const { CommentState: S, Reaction } = comment;

const NOW = 1_700_000_000_000;
const record: CommentRecord = {
  id: 64n,
  subjectId: 1n,
  subject: { type: 'video', oid: 'a' },
  rootId: 0n,
  parentId: 0n,
  floor: 3n,
  state: S.VISIBLE,
  shown: true,
  authorId: 5n,
  replyToUserId: 0n,
  pinned: false,
  createdAt: BigInt(NOW),
  editedAt: 0n,
  version: 7n,
  reasonCode: '',
  reviewReason: '',
  text: 'hi @ann',
  html: '<p>hi</p>',
  mentions: [{ userId: 9n, username: 'ann' }],
  likes: 4n,
  dislikes: 1n,
  replies: 2n,
  replyFloor: 2n,
  reports: 0n,
};
const author = { userId: 5n, roles: ['user'] };
const reader = { userId: 6n, roles: ['user'] };
const moderator = { userId: 7n, roles: ['user', 'moderator'] };

describe('toComment', () => {
  it('shows an anonymous viewer everything but a viewer', () => {
    const shown = toComment(record, { now: NOW });
    expect(shown).toMatchObject({ id: 64n, floor: 3n, text: 'hi @ann', authorId: 5n, replyCount: 2n });
    expect(shown.viewer).toBeUndefined();
    expect(shown.mentions).toMatchObject([{ userId: 9n, username: 'ann' }]);
  });

  it('shows neither words nor author of a deleted one, to nobody', () => {
    const shown = toComment({ ...record, state: S.DELETED }, { now: NOW, viewer: author });
    expect(shown).toMatchObject({ text: '', html: '', authorId: 0n, mentions: [] });
    expect(shown.viewer).toMatchObject({ canEdit: false, canDelete: false, canReport: false });
  });

  it.each([
    ['author', author, NOW, { canEdit: true, canDelete: true, canPin: false, canReport: false }],
    ['author, when it is old', author, NOW + EDIT_WINDOW_MS + 1, { canEdit: false, canDelete: true }],
    ['reader', reader, NOW, { canEdit: false, canDelete: false, canPin: false, canReport: true }],
    ['moderator', moderator, NOW, { canEdit: false, canDelete: true, canPin: true, canReport: true }],
  ])('tells the %s what may be done', (_, viewer, now, may) => {
    expect(toComment(record, { now, viewer }).viewer).toMatchObject(may);
  });

  it('lets the owner of the subject delete and pin', () => {
    const { viewer } = toComment(record, { now: NOW, viewer: reader, ownerId: 6n });
    expect(viewer).toMatchObject({ canDelete: true, canPin: true, canEdit: false });
  });

  it('tells one’s own reaction', () => {
    const viewing = { now: NOW, viewer: reader };
    expect(toComment(record, viewing).viewer?.reaction).toBe(Reaction.NONE);
    expect(toComment(record, { ...viewing, reaction: Reaction.LIKE }).viewer?.reaction).toBe(Reaction.LIKE);
  });
});

describe('canRead', () => {
  it.each([
    [S.VISIBLE, true, true, true],
    [S.IN_REVIEW, false, true, true],
    [S.HIDDEN, false, true, true],
    [S.REJECTED, false, true, true],
  ])('state %s: others %s, author %s, moderators %s', (state, ...allowed) => {
    const one = { ...record, state };
    expect([undefined, author, moderator].map((person) => canRead(person, one, false))).toEqual(allowed);
    expect(canRead(reader, one, false)).toBe(allowed[0]);
  });

  it('of a deleted one only while it is a tombstone', () => {
    const deleted = { ...record, state: S.DELETED };
    expect([true, false].map((shown) => canRead(author, deleted, shown))).toEqual([true, false]);
  });
});

describe('states', () => {
  it('move only where the machine allows, and never back from deleted', () => {
    expect(canMove(S.PENDING, S.VISIBLE)).toBe(true);
    expect(canMove(S.VISIBLE, S.HIDDEN)).toBe(true);
    expect(canMove(S.VISIBLE, S.PENDING)).toBe(false);
    for (const to of [S.PENDING, S.VISIBLE, S.HIDDEN]) expect(canMove(S.DELETED, to)).toBe(false);
  });

  it('take replies unless deleted or rejected', () => {
    expect([S.VISIBLE, S.HIDDEN, S.IN_REVIEW, S.DELETED, S.REJECTED].map(takesReplies)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
