import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hosts, isUsual, toComment, viewerOf, type CommentRecord, type Person } from '@storey/comment';
import { currentContext, type Principal } from '@storey/context';
import { comment as contract } from '@storey/contracts';
import { deadlineExceeded, notFound, unavailable } from '@storey/errors';
import { packIds, unpackIds } from '@storey/ids';
import fc from 'fast-check';
import { CommentsBench, aSubject, alice, users } from './comments-bench.js';

const { CommentState, Reaction } = contract;
const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 0, 1);
const OWNER = 21n;
const PATH = 'subjects/video/BV1/comments?sort=new';
const REPLIES = 'comments/1/replies';

/** A comment service of a few records, which shows them by the rules of the real one. */
class FewComments {
  records: readonly CommentRecord[] = [];
  /** Of whoever asks, by comment. */
  reactions: ReadonlyMap<bigint, number> = new Map();
  differs = false;
  refuse: Error | undefined;
  viewDegraded: string[] = [];

  readonly answers = {
    listComments: () => ({
      subject: aSubject,
      pinned: this.#roots().slice(0, 1),
      comments: this.#roots().slice(1),
      nextPosition: Uint8Array.of(1),
      degraded: [],
      version: 1n,
    }),
    listReplies: () => {
      const [root, ...comments] = this.records.map((each) => this.#shown(each));
      if (!root) throw notFound();
      return { root, comments, nextPosition: new Uint8Array(), degraded: ['order'], version: 1n };
    },
    viewComments: ({ ids, ownIds }: contract.ViewCommentsRequest) => {
      if (this.refuse) throw this.refuse;
      const who = person();
      const concerning = unpackIds(ownIds).concat([...this.reactions.keys()]);
      const asked = unpackIds(ids).filter((id) => (who && hosts(who, OWNER)) || concerning.includes(id));
      const items = this.differs
        ? []
        : this.records.filter(({ id }) => asked.includes(id)).flatMap(this.#item);
      return { differs: this.differs, items, degraded: this.viewDegraded };
    },
    batchGetUsers: ({ ids }: { ids: bigint[] }) => users(...ids),
  };

  readonly #item = (record: CommentRecord) => {
    const viewer = viewerOf(record, person() ?? { userId: 0n, roles: [] }, this.#viewing(record));
    return isUsual(viewer, record) ? [] : [{ id: record.id, viewer }];
  };

  #shown(record: CommentRecord): contract.Comment {
    const viewer = person();
    return toComment(record, { ...(viewer && { viewer }), ...this.#viewing(record) });
  }

  #roots(): contract.Comment[] {
    const replies = this.records.filter(({ rootId }) => rootId !== 0n);
    return this.records
      .filter(({ rootId }) => rootId === 0n)
      .map((root) => {
        const shown = this.#shown(root);
        shown.replies = replies.filter(({ rootId }) => rootId === root.id).map((each) => this.#shown(each));
        return shown;
      });
  }

  #viewing({ id }: CommentRecord) {
    return { ownerId: OWNER, now: NOW, reaction: this.reactions.get(id) ?? Reaction.NONE };
  }
}

function person(): Person | undefined {
  const { principal } = currentContext();
  return principal && { userId: BigInt(principal.userId), roles: principal.roles };
}

const record = (init: Partial<CommentRecord>): CommentRecord => ({
  id: 1n,
  subjectId: 5n,
  subject: { type: 'video', oid: 'BV1' },
  rootId: 0n,
  parentId: 0n,
  floor: 1n,
  state: CommentState.VISIBLE,
  shown: true,
  authorId: 11n,
  replyToUserId: 0n,
  pinned: false,
  createdAt: BigInt(NOW),
  editedAt: 0n,
  version: 1n,
  reasonCode: '',
  reviewReason: '',
  text: 'a',
  html: '<p>a</p>',
  mentions: [],
  likes: 0n,
  dislikes: 0n,
  replies: 0n,
  replyFloor: 0n,
  reports: 0n,
  ...init,
});

const someRecords = fc
  .array(
    fc.record({
      authorId: fc.constantFrom(11n, 12n, OWNER),
      state: fc.constantFrom(CommentState.VISIBLE, CommentState.VISIBLE, CommentState.DELETED),
      createdAt: fc.constantFrom(0, 14, 16).map((minutes) => BigInt(NOW - minutes * MINUTE_MS)),
      isReply: fc.boolean(),
      text: fc.string(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) =>
    all.map(({ isReply, ...each }, at) =>
      record({ ...each, id: BigInt(at + 1), rootId: isReply && at > 0 ? 1n : 0n }),
    ),
  );

const somebody: fc.Arbitrary<Principal> = fc
  .record({
    userId: fc.constantFrom('11', '12', String(OWNER), '99'),
    role: fc.constantFrom('user', 'moderator', 'admin'),
  })
  .map(({ userId, role }) => ({ ...alice, userId, roles: [role] as Principal['roles'] }));

const someReactions = fc
  .array(fc.tuple(fc.bigInt(1n, 12n), fc.constantFrom(Reaction.LIKE, Reaction.DISLIKE, Reaction.NONE)))
  .map((pairs) => new Map(pairs));

describe('a page for somebody signed in', () => {
  let few: FewComments;
  let bench: CommentsBench;
  beforeEach(async () => {
    few = new FewComments();
    bench = await CommentsBench.open(few.answers);
  });
  afterEach(() => bench.close());

  it('says what listing it for him would, to the byte, whoever he is and whatever it has', async () => {
    await fc.assert(
      fc.asyncProperty(someRecords, somebody, someReactions, async (records, who, reactions) => {
        Object.assign(few, { records, reactions });
        bench.pages.changed('video/BV1', { version: 0n, atOnce: true });
        for (const path of [PATH, REPLIES]) {
          few.differs = false;
          const joined = await bench.get(path, who);
          few.differs = true;
          const listed = await bench.get(path, who);
          expect(joined.body).toBe(listed.body);
          expect(joined.headers.etag).toBe(listed.headers.etag);
          expect((await bench.get(path)).body).not.toContain('canEdit');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is one listing and one call for his own, of the comments that are on it', async () => {
    few.records = [record({}), record({ id: 2n, rootId: 1n }), record({ id: 3n, authorId: 12n })];
    await bench.get(PATH, alice);
    expect(bench.requestsOf('listComments')).toHaveLength(1);
    expect(bench.requestsOf('viewComments')).toEqual([
      { subject: { type: 'video', oid: 'BV1' }, ids: packIds([1n, 2n, 3n]), ownIds: packIds([1n, 2n]) },
    ]);
  });

  it.each([unavailable('x'), deadlineExceeded()])(
    'goes out without his own when that fails: %s',
    async (error) => {
      few.records = [record({}), record({ id: 2n, state: CommentState.DELETED })];
      few.refuse = error;
      const body = (await bench.get(PATH, alice)).json();
      expect(body.degraded).toEqual(['viewer']);
      expect(body.pinned[0].viewer).toMatchObject({ reaction: 'none', canEdit: false, canReport: true });
      expect(body.comments[0].viewer).toMatchObject({ canReport: false });
      expect((await bench.get(REPLIES, alice)).json().degraded).toEqual(['viewer', 'order']);
    },
  );

  it('hides no other failure', async () => {
    few.records = [record({})];
    few.refuse = new Error('a defect');
    expect((await bench.get(PATH, alice)).statusCode).toBe(500);
  });

  it('says that his latest are missing when comment-service does', async () => {
    few.records = [record({})];
    few.viewDegraded = ['viewer'];
    const { degraded, pinned } = (await bench.get(PATH, alice)).json();
    expect(degraded).toEqual(['viewer']);
    expect(pinned[0].viewer.canEdit).toBe(true);
  });

  it('is listed for him where everybody else is refused', async () => {
    const { listReplies } = few.answers;
    await bench.close();
    bench = await CommentsBench.open({
      ...few.answers,
      listReplies: () => {
        if (!person()) throw notFound();
        return listReplies();
      },
    });
    few.records = [record({ state: CommentState.PENDING, floor: 0n })];
    expect((await bench.get(REPLIES)).statusCode).toBe(404);
    const answer = await bench.get(REPLIES, alice);
    expect([answer.statusCode, answer.json().root.state]).toEqual([200, 'pending']);
  });
});
