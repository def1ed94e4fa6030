import { describe, expect, it } from '@jest/globals';
import {
  NO_REACTIONS,
  chunkOf,
  defaultSubject,
  parseChunkId,
  type CommentRecord,
  type Place,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { Overlay } from '../intake/overlay.js';
import { type Records } from '../viewing/records.js';
import { View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { FloorWalk } from './floor-walk.js';
import { type HotWalk } from './hot-walk.js';
import { ListReplies } from './list-replies.js';
import { Lists } from './lists.js';
import { Walks } from './walks.js';

const subject = { type: 'video', oid: 'v1' };
const reply = (floor: bigint): CommentRecord =>
  ({
    ...{ id: 1_000n + floor, subjectId: 5n, subject, rootId: 2n, parentId: 2n, floor, shown: true },
    ...{ state: comment.CommentState.VISIBLE, authorId: 9n, mentions: [] },
  }) as unknown as CommentRecord;

/** A root that the cache has with `before` replies until the subject was read, with `after` from then on. */
function setUp(before: bigint, after: bigint) {
  const order: string[] = [];
  let floors = before;
  const root = (): CommentRecord => ({
    ...reply(0n),
    id: 2n,
    rootId: 0n,
    replyFloor: floors,
    replies: floors,
  });
  const records = {
    comment: () => Promise.resolve(root()),
    subject: () => {
      order.push('subject');
      floors = after;
      return Promise.resolve({ ...defaultSubject(subject), id: 5n, version: 77n });
    },
    existingComments: (ids: readonly bigint[]) =>
      Promise.resolve(new Map(ids.map((id) => [id, reply(id - 1_000n)]))),
  } as unknown as Records;
  const getMany = (ids: Iterable<string>) => {
    order.push('list');
    const found = [...ids].map((id): readonly [string, readonly Place[]] => {
      const all = Array.from({ length: Number(floors) }, (_, at) => BigInt(at + 1));
      const here = all.filter((floor) => chunkOf(floor) === parseChunkId(id).chunk);
      return [id, here.map((floor) => ({ id: 1_000n + floor, floor }))];
    });
    return Promise.resolve(new Map(found));
  };
  const lists = new Lists(
    { getMany, getSome: getMany },
    { page: () => Promise.reject(new Error('no statement is needed')) },
  );
  const eyes = { person: undefined, overlay: new Overlay(), lacking: new Set<string>(), records, now: 0 };
  const view = new View({
    ...eyes,
    reactionsUnder: () => Promise.resolve(NO_REACTIONS),
    olderReactions: () => Promise.resolve(new Map()),
  });
  const views = {
    beside: async <G, T>(given: () => Promise<G>, read: (view: View, given: G) => Promise<T>) =>
      read(view, await given()),
  } as unknown as Views;
  const walks = new Walks(new FloorWalk(lists), undefined as unknown as HotWalk);
  return { order, replies: new ListReplies(views, records, lists, walks) };
}

const request = { rootId: 2n, sort: comment.Sort.NEW, position: new Uint8Array(), limit: 2, floor: 0n };

describe('the replies under a root', () => {
  it.each([
    [10n, 11n],
    [0n, 1n],
    [64n, 65n],
    [10n, 200n],
  ])('are as new as their subject, whose version they say: %i became %i', async (before, after) => {
    const { order, replies } = setUp(before, after);
    const { root, comments, version } = await replies.execute(request);
    expect([root.replyCount, comments[0]?.floor, version]).toEqual([after, after, 77n]);
    expect(order[0]).toBe('subject');
  });
});
