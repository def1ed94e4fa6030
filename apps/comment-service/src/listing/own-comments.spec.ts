import { describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { defaultSubject, type CommentRecord } from '@storey/comment';
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
  readonly subjectId: bigint;
}

/** What the database has and what the cache serves, which may be behind. */
function setUp(command: commentEvents.CommentCommand, { stored, cached, subjectId }: Served) {
  const overlay = new Overlay([command]);
  const byId = (records: readonly CommentRecord[]) => new Map(records.map((each) => [each.id, each]));
  const records = {
    comments: () => Promise.resolve(byId(cached)),
    storedComments: () => Promise.resolve(byId(stored)),
    subject: () => Promise.resolve({ ...defaultSubject(subject), id: subjectId }),
  } as unknown as Records;
  const person = { userId: 1n, roles: [] };
  const reactionsOf = () => Promise.resolve(new Map());
  const view = new View({ person, overlay, overlayLost: false, records, reactionsOf, now: 0 });
  return { overlay, load: () => OwnComments.load(view, records, subject) };
}

function recordOf(command: commentEvents.CommentCommand, change: Partial<CommentRecord>): CommentRecord {
  const record = pendingRecord(command);
  if (!record) throw new Error('no comment');
  return { ...record, state: comment.CommentState.VISIBLE, floor: 4n, ...change };
}

describe('my own comments beside a list', () => {
  const command = published(8n, 0n);
  const stored = recordOf(command, {});

  it('are shown as pending while no table has them', async () => {
    const { load, overlay } = setUp(command, { stored: [], cached: [], subjectId: 0n });
    expect((await load()).beyond(0n, 3n)).toMatchObject([{ id: 8n, state: comment.CommentState.PENDING }]);
    expect(overlay.applied.size).toBe(0);
  });

  it('are shown when they were stored after the list was read, and only then', async () => {
    const { load } = setUp(command, { stored: [stored], cached: [], subjectId: 5n });
    const own = await load();
    expect(own.beyond(0n, 3n)).toMatchObject([{ id: 8n, state: comment.CommentState.VISIBLE }]);
    expect(own.beyond(0n, 4n)).toEqual([]);
    expect(own.beyond(0n)).toEqual([]);
  });

  it('stay in the overlay until the comment and its subject are served', async () => {
    for (const served of [
      { stored: [stored], cached: [], subjectId: 5n },
      { stored: [stored], cached: [stored], subjectId: 0n },
    ]) {
      const { load, overlay } = setUp(command, served);
      await load();
      expect(overlay.applied.size).toBe(0);
    }
    const { load, overlay } = setUp(command, { stored: [stored], cached: [stored], subjectId: 5n });
    await load();
    expect([...overlay.applied]).toEqual([8n]);
  });

  it('stay in the overlay until the count of their root leads readers to them', async () => {
    const reply = published(8n, 2n);
    const storedReply = recordOf(reply, {});
    for (const [replies, applied] of [
      [0n, []],
      [1n, [8n]],
    ] as const) {
      const root = recordOf(published(2n, 0n), { id: 2n, replies });
      const { load, overlay } = setUp(reply, {
        stored: [storedReply],
        cached: [storedReply, root],
        subjectId: 5n,
      });
      await load();
      expect([...overlay.applied]).toEqual(applied);
    }
  });

  it('are not shown when they were rejected', async () => {
    const rejected = recordOf(command, { state: comment.CommentState.REJECTED, shown: false, floor: 0n });
    const { load, overlay } = setUp(command, { stored: [rejected], cached: [rejected], subjectId: 5n });
    expect((await load()).beyond(0n, 3n)).toEqual([]);
    expect([...overlay.applied]).toEqual([8n]);
  });
});
