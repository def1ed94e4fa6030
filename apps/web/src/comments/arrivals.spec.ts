import { describe, expect, it } from '@jest/globals';
import { accepted, arrived, removed, welcomed } from './arrivals.js';
import { type Comment, type Sort } from './comment.js';
import { afterGap, find, firstPage, type Listing } from './listing.js';

const comment = (id: string, over: Partial<Comment> = {}): Comment => ({
  id,
  rootId: null,
  parentId: null,
  floor: Number(id),
  state: 'visible',
  reasonCode: null,
  author: { id: '1', displayName: 'Ann', level: 0, roles: [] },
  replyTo: null,
  text: id,
  html: id,
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  likes: 0,
  dislikes: 0,
  replyCount: 0,
  pinned: false,
  viewer: null,
  ...over,
});
const reply = (id: string, rootId: string, over: Partial<Comment> = {}): Comment =>
  comment(id, { rootId, parentId: rootId, ...over });
const pageOf = (comments: readonly Comment[]) => ({
  subject: { type: 'video', oid: '1', state: 'open' as const, counts: { roots: 10, all: 20 } },
  pinned: [],
  comments,
  nextCursor: null,
});
const listing = (comments: readonly Comment[], sort: Sort = 'new'): Listing =>
  firstPage(sort, pageOf(comments));
const ids = ({ comments }: Listing): string[] => comments.map(({ id }) => id);
const counts = ({ subject }: Listing) => subject?.counts;

describe('a new root', () => {
  it('enters the newest first, below what the viewer has under way', () => {
    const before = accepted(listing([comment('1')]), comment('9', { state: 'pending' }));
    const after = arrived(before, { name: 'created', comment: comment('2') });
    expect(ids(after)).toEqual(['9', '2', '1']);
    expect(counts(after)).toEqual({ roots: 11, all: 21 });
  });

  it('waits to be asked for in the other orders', () => {
    const after = arrived(listing([comment('1')], 'hot'), { name: 'created', comment: comment('2') });
    expect([ids(after), after.fresh.map(({ id }) => id)]).toEqual([['1'], ['2']]);
    expect(ids(welcomed(after))).toEqual(['2', '1']);
  });

  it('takes the place of the pending one of the same id and keeps what the viewer may do', () => {
    const viewer = { reaction: 'none' as const, canEdit: true, canDelete: true, blocked: false };
    const before = accepted(listing([]), comment('5', { state: 'pending', floor: null, viewer }));
    const after = arrived(before, { name: 'created', comment: comment('5') });
    expect(after.comments).toMatchObject([{ id: '5', state: 'visible', floor: 5, viewer }]);
    expect(counts(after)?.all).toBe(21);
  });

  it('is not doubled or hidden when its event is faster than the answer to the post', () => {
    const before = arrived(listing([], 'hot'), { name: 'created', comment: comment('5') });
    const after = accepted(before, comment('5', { state: 'pending' }));
    expect(after).toMatchObject({ fresh: [], comments: [{ id: '5', state: 'visible' }] });
  });

  it('is not counted again when the stream repeats itself', () => {
    const event = { name: 'created', comment: comment('2') } as const;
    expect(counts(arrived(arrived(listing([]), event), event))?.all).toBe(21);
  });
});

describe('a new reply', () => {
  it('is shown while all replies are, and counted otherwise', () => {
    const short = listing([comment('1', { replyCount: 1, replies: [reply('2', '1')] })]);
    const shown = arrived(short, { name: 'created', comment: reply('3', '1') });
    expect(shown.comments[0]).toMatchObject({ replyCount: 2, replies: [{ id: '2' }, { id: '3' }] });

    const long = listing([comment('1', { replyCount: 7, replies: [reply('2', '1')] })]);
    const hidden = arrived(long, { name: 'created', comment: reply('9', '1') });
    expect(hidden.comments[0]).toMatchObject({ replyCount: 8, replies: [{ id: '2' }] });
  });

  it('of the viewer stands under its root at once, and counts when everybody sees it', () => {
    const before = accepted(listing([comment('1')]), reply('4', '1', { state: 'pending' }));
    expect(before.comments[0]).toMatchObject({ replyCount: 0, replies: [{ id: '4' }] });
    const after = arrived(before, { name: 'created', comment: reply('4', '1') });
    expect(after.comments[0]).toMatchObject({ replyCount: 1, replies: [{ id: '4', state: 'visible' }] });
  });
});

describe('a removal', () => {
  it('takes a lone comment away and leaves a tombstone over replies', () => {
    const before = listing([comment('1', { replyCount: 1, replies: [reply('3', '1')] }), comment('2')]);
    expect(ids(removed(before, '2'))).toEqual(['1']);
    expect(removed(before, '1').comments[0]).toMatchObject({ state: 'deleted', text: null, author: null });
    expect(removed(before, '3').comments[0]).toMatchObject({ replyCount: 0, replies: [] });
  });

  it('is counted once, whether told by the answer or by the stream', () => {
    const once = removed(listing([comment('1')]), '1');
    expect(counts(arrived(once, { name: 'deleted', id: '1' }))).toEqual({ roots: 9, all: 19 });
  });

  it('is not undone by a late word of its creation', () => {
    const after = arrived(removed(listing([comment('1')]), '1'), { name: 'created', comment: comment('1') });
    expect(find(after, '1')).toBeUndefined();
  });
});

it('sets the counts of a reaction as told', () => {
  const after = arrived(listing([comment('1')]), { name: 'reacted', id: '1', likes: 4, dislikes: 1 });
  expect(after.comments[0]).toMatchObject({ likes: 4, dislikes: 1 });
});

it('renews what it knows after a gap, and lets the rest wait', () => {
  const after = afterGap(listing([comment('1')]), pageOf([comment('2'), comment('1', { likes: 3 })]));
  expect(after).toMatchObject({ comments: [{ id: '1', likes: 3 }], fresh: [{ id: '2' }] });
});
