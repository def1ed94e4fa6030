import { describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { NO_REACTIONS, defaultSubject, type CommentRecord, type SubjectRecord } from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { Overlay } from '../intake/overlay.js';
import { pendingRecord } from '../viewing/pending-record.js';
import { type Records } from '../viewing/records.js';
import { View } from '../viewing/view.js';
import { OwnComments } from './own-comments.js';

const subject = { type: 'video', oid: 'v1' };

function published(id: bigint, rootId: bigint): commentEvents.CommentCommand {
  const answer = create(comment.CommentSchema, { id, subject, rootId, parentId: rootId, text: 'mine' });
  const idempotencyResponse = toBinary(comment.CommentSchema, answer);
  return create(commentEvents.CommentCommandSchema, {
    id,
    subject,
    command: { case: 'publish', value: { rootId, idempotencyResponse } },
  });
}

interface Served {
  readonly stored: readonly CommentRecord[];
  readonly cached: readonly CommentRecord[];
  readonly subject: Partial<SubjectRecord>;
  /** Ids that the chunks have. */
  readonly listed: readonly bigint[];
}

const ALL: Served = { stored: [], cached: [], subject: { id: 5n, rootFloor: 9n }, listed: [8n] };

/** What the database has and what the cache serves, which may be behind. */
function setUp(command: commentEvents.CommentCommand, served: Partial<Served>) {
  const { stored, cached, subject: change, listed } = { ...ALL, ...served };
  const overlay = new Overlay([command]);
  const byId = (records: readonly CommentRecord[]) => new Map(records.map((each) => [each.id, each]));
  const records = {
    comments: () => Promise.resolve(byId(cached)),
    latestComments: () => Promise.resolve(byId(stored)),
    subject: () => Promise.resolve({ ...defaultSubject(subject), ...change }),
  } as unknown as Records;
  const lists = { having: () => Promise.resolve(new Set(listed)) };
  const person = { userId: 1n, roles: [] };
  const view = new View({
    person,
    overlay,
    lacking: new Set<string>(),
    records,
    reactionsUnder: () => Promise.resolve(NO_REACTIONS),
    olderReactions: () => Promise.resolve(new Map()),
    now: 0,
  });
  return { overlay, load: () => OwnComments.load({ view, records, lists }, subject) };
}

function recordOf(command: commentEvents.CommentCommand, change: Partial<CommentRecord>): CommentRecord {
  const record = pendingRecord(command);
  if (!record) throw new Error('no comment');
  return { ...record, state: comment.CommentState.VISIBLE, floor: 4n, ...change };
}

const above = (floor: bigint) => ({ above: floor });

describe('my own comments beside a list', () => {
  const command = published(8n, 0n);
  const stored = recordOf(command, {});

  it('are pending while no table has them', async () => {
    const { load, overlay } = setUp(command, { subject: { id: 0n }, listed: [] });
    const own = await load();
    expect(own.pending(0n)).toMatchObject([{ id: 8n, state: comment.CommentState.PENDING }]);
    expect(own.missing(0n, above(0n), [])).toEqual([]);
    expect(overlay.applied.size).toBe(0);
  });

  it('are missed where the page stands for their floor and has not got them, and nowhere else', async () => {
    const { load } = setUp(command, { stored: [stored] });
    const own = await load();
    expect(own.pending(0n)).toEqual([]);
    expect(own.missing(0n, above(3n), [])).toMatchObject([{ id: 8n, state: comment.CommentState.VISIBLE }]);
    expect(own.missing(0n, { above: 3n, below: 5n }, [])).toHaveLength(1);
    expect(own.missing(0n, above(4n), [])).toEqual([]);
    expect(own.missing(0n, { above: 0n, below: 4n }, [])).toEqual([]);
    expect(own.missing(0n, above(3n), [stored])).toEqual([]);
    expect(own.missing(0n, { above: 3n, but: new Set([8n]) }, [])).toEqual([]);
    expect(own.missing(7n, above(0n), [])).toEqual([]);
  });

  it('leave the overlay when the comment, the end of the list and its place in it are served', async () => {
    const { load, overlay } = setUp(command, { stored: [stored], cached: [stored] });
    await load();
    expect([...overlay.applied]).toEqual([8n]);
  });

  it.each<[string, Partial<Served>]>([
    ['a comment', { cached: [] }],
    ['a subject', { subject: { id: 0n } }],
    ['the end of a list', { subject: { id: 5n, rootFloor: 3n } }],
    ['a chunk', { listed: [] }],
  ])('stay in the overlay while %s is served as it was before', async (_, stale) => {
    const { load, overlay } = setUp(command, { stored: [stored], cached: [stored], ...stale });
    await load();
    expect(overlay.applied.size).toBe(0);
  });

  it.each([
    [0n, 4n, []],
    [1n, 3n, []],
    [1n, 4n, [8n]],
  ])(
    'as replies, with %i counted up to floor %i under their root, settle: %p',
    async (replies, replyFloor, ids) => {
      const reply = published(8n, 2n);
      const storedReply = recordOf(reply, {});
      const root = recordOf(published(2n, 0n), { id: 2n, replies, replyFloor });
      const { load, overlay } = setUp(reply, { stored: [storedReply], cached: [storedReply, root] });
      await load();
      expect([...overlay.applied]).toEqual(ids);
    },
  );

  it('are not shown when they were rejected, and settle without a place', async () => {
    const rejected = recordOf(command, { state: comment.CommentState.REJECTED, shown: false, floor: 0n });
    const { load, overlay } = setUp(command, { stored: [rejected], cached: [rejected], listed: [] });
    const own = await load();
    expect([own.pending(0n), own.missing(0n, above(-1n), [])]).toEqual([[], []]);
    expect([...overlay.applied]).toEqual([8n]);
  });
});
