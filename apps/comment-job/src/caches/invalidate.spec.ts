import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { type CommentCaches } from '@storey/comment';
import { cacheEvents, comment, commentEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Batch, type EventLog, type NewMessage } from '@storey/events';
import { Invalidator } from './invalidate.js';

const { CommentState } = comment;
const subject = { type: 'video', oid: 'v1' };

type Happening = MessageInitShape<typeof commentEvents.CommentEventSchema>['event'];

const happened = (version: bigint, event: Happening, of = subject) =>
  create(commentEvents.CommentEventSchema, { subject: of, subjectId: 7n, version, ...(event && { event }) });

const created = (version: bigint, changed: MessageInitShape<typeof comment.CommentSchema>) =>
  happened(version, { case: 'created', value: { comment: changed } });

/** What was done, in its order. */
function setUp({ logIsGone = false } = {}) {
  const done: string[] = [];
  const appends: NewMessage[][] = [];
  /** What comes first here takes longest: nothing is in its order that nobody waits for. */
  const cache = (name: string, turns: number) => ({
    invalidate: async (ids: readonly unknown[], { forget = false } = {}) => {
      expect(ids.length).toBeLessThanOrEqual(500);
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      if (ids.length > 0) done.push(`${name} ${ids.join(' ')}${forget ? ' forgotten' : ''}`);
    },
  });
  const caches = {
    comments: cache('comments', 2),
    places: cache('places', 3),
    reactions: cache('reactions', 4),
    subjects: cache('subjects', 1),
  };
  const events = {
    append: (_: string, messages: NewMessage[]) => {
      if (logIsGone) return Promise.reject(unavailable('The log is gone.'));
      appends.push(messages);
      done.push('told');
      return Promise.resolve();
    },
  } as unknown as EventLog;
  const invalidator = new Invalidator(caches as unknown as CommentCaches, events);
  const handle = (happenings: readonly commentEvents.CommentEvent[]): Promise<void> => {
    const messages = happenings.map((event) => ({
      value: toBinary(commentEvents.CommentEventSchema, event),
    }));
    return invalidator.handle({ messages } as unknown as Batch);
  };
  const told = () =>
    appends.flat().map(({ key, value }) => ({
      key,
      changes: fromBinary(cacheEvents.CacheChangesSchema, value).changes.map(
        ({ cache, id, version, atOnce }) => [cache, id, version, atOnce] as const,
      ),
    }));
  return { done, appends, handle, told };
}

describe('what a change touches', () => {
  it('is cleared, the subject behind all else, and then told', async () => {
    const { done, handle, told } = setUp();
    const reply = { id: 9n, rootId: 3n, parentId: 5n, floor: 65n, state: CommentState.VISIBLE };
    await handle([created(4n, reply)]);
    expect(done).toEqual(['comments 9 3 5', 'places 7/3/1', 'subjects video/v1', 'told']);
    expect(told()).toEqual([
      {
        key: 'video/v1',
        changes: [
          ['comment.comment', '9', 0n, false],
          ['comment.comment', '3', 0n, false],
          ['comment.comment', '5', 0n, false],
          ['comment.places', '7/3/1', 0n, false],
          ['comment.subject', 'video/v1', 4n, false],
        ],
      },
    ]);
  });

  it('is, of a rejected comment, the comment alone: it stands nowhere', async () => {
    const { done, handle } = setUp();
    await handle([happened(1n, { case: 'rejected', value: { comment: { id: 9n, rootId: 3n, floor: 0n } } })]);
    expect(done).toEqual(['comments 9 3', 'subjects video/v1', 'told']);
  });

  it('is, of a deletion, every place that something vanished from, at once', async () => {
    const { done, handle, told } = setUp();
    const places = [
      { id: 9n, rootId: 3n, floor: 130n },
      { id: 3n, rootId: 0n, floor: 64n },
    ];
    const value = { commentId: 9n, rootId: 3n, parentId: 3n, vanishedIds: [3n], places };
    await handle([happened(2n, { case: 'deleted', value })]);
    expect(done).toEqual(['comments 9 3 forgotten', 'places 7/3/2 7/0/0', 'subjects video/v1', 'told']);
    expect(told()[0]?.changes.map(([, , , atOnce]) => atOnce)).toEqual([true, true, true, true, true]);
  });

  it.each([
    [CommentState.VISIBLE, false],
    [CommentState.HIDDEN, true],
    [CommentState.IN_REVIEW, true],
  ])('is told as to be gone at once when it comes to state %i: %p', async (state, atOnce) => {
    const { handle, told } = setUp();
    await handle([happened(2n, { case: 'updated', value: { comment: { id: 9n, floor: 1n, state } } })]);
    expect(told()[0]?.changes).toEqual([
      ['comment.comment', '9', 0n, atOnce],
      ['comment.places', '7/0/0', 0n, atOnce],
      ['comment.subject', 'video/v1', 2n, atOnce],
    ]);
  });

  it.each([
    [CommentState.VISIBLE, false],
    [CommentState.HIDDEN, true],
  ])(
    'is, of a decision that leads to state %i, every place where something turned: at once %p',
    async (state, atOnce) => {
      const { done, handle, told } = setUp();
      const judged = { id: 9n, rootId: 3n, parentId: 3n, floor: 130n, state };
      const places = [
        { id: 9n, rootId: 3n, floor: 130n },
        { id: 3n, rootId: 0n, floor: 64n },
      ];
      await handle([happened(2n, { case: 'decided', value: { comment: judged, turnedIds: [3n], places } })]);
      const comments = atOnce ? 'comments 9 3 forgotten' : 'comments 9 3';
      expect(done).toEqual([comments, 'places 7/3/2 7/0/0', 'subjects video/v1', 'told']);
      expect(new Set(told()[0]?.changes.map(([, , , each]) => each))).toEqual(new Set([atOnce]));
    },
  );

  it.each([false, true])(
    'is, of a change of a subject, the subject alone; closed, at once: %p',
    async (closed) => {
      const { done, handle, told } = setUp();
      await handle([happened(2n, { case: 'subjectChanged', value: { closed } })]);
      expect(done).toEqual(['subjects video/v1 forgotten', 'told']);
      expect(told()[0]?.changes).toEqual([['comment.subject', 'video/v1', 2n, closed]]);
    },
  );

  it('is forgotten as it was where that is to be seen no more, and what stands above it is not', async () => {
    const { done, handle } = setUp();
    const hidden = { id: 9n, rootId: 3n, floor: 1n, state: CommentState.HIDDEN };
    await handle([happened(2n, { case: 'updated', value: { comment: hidden } })]);
    expect(done).toEqual(['comments 9 forgotten', 'places 7/3/0', 'comments 3', 'subjects video/v1', 'told']);
  });

  it('is the reaction of everybody whose clicks one event tells of', async () => {
    const { done, handle } = setUp();
    await handle([happened(3n, { case: 'reacted', value: { commentId: 9n, userIds: [101n, 102n] } })]);
    expect(done).toEqual(['comments 9', 'reactions 101/7 102/7', 'subjects video/v1', 'told']);
  });
});

describe('a batch', () => {
  it('clears and tells each thing once, the subject with its highest version', async () => {
    const { done, handle, told } = setUp();
    const root = { id: 3n, floor: 1n, state: CommentState.VISIBLE };
    const removed = { commentId: 3n, places: [{ id: 3n, rootId: 0n, floor: 1n }] };
    await handle([
      created(4n, root),
      happened(5n, { case: 'deleted', value: removed }),
      created(4n, root),
      happened(1n, { case: 'reacted', value: { commentId: 8n } }, { type: 'video', oid: 'v2' }),
    ]);
    const cleared = ['comments 3 forgotten', 'places 7/0/0', 'comments 8', 'subjects video/v1 video/v2'];
    expect(done).toEqual([...cleared, 'told']);
    expect(told().map(({ key, changes }) => [key, changes.at(-1)])).toEqual([
      ['video/v1', ['comment.subject', 'video/v1', 5n, true]],
      ['video/v2', ['comment.subject', 'video/v2', 1n, false]],
    ]);
  });

  it('is cleared and told in parts, however many clicked', async () => {
    const { appends, done, handle, told } = setUp();
    const userIds = Array.from({ length: 1_300 }, (_, at) => BigInt(at + 1));
    await handle([happened(3n, { case: 'reacted', value: { commentId: 9n, userIds } })]);
    expect(done.filter((each) => each.startsWith('reactions'))).toHaveLength(3);
    expect(appends).toHaveLength(3);
    const changes = told().flatMap((each) => each.changes);
    expect(changes).toHaveLength(1_302);
    expect(changes.at(-1)).toEqual(['comment.subject', 'video/v1', 3n, false]);
  });

  it('fails when nobody can be told, so that it comes again', async () => {
    const { handle } = setUp({ logIsGone: true });
    await expect(handle([created(4n, { id: 9n, floor: 1n })])).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
