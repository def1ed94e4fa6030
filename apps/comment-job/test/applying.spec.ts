import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Answers, Comments, Rankings } from '@storey/comment';
import { SeededRandom } from '@storey/context';
import { Bench } from './bench.js';
import { CommentState, Intake, Reaction, SubjectState, type Sent } from './commands.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(async () => {
  expect(await bench.faults()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const upTo = (n: number): readonly bigint[] => Array.from({ length: n }, (_, at) => BigInt(at + 1));
const many = (n: number, make: (at: number) => Sent): readonly Sent[] =>
  Array.from({ length: n }, (_, at) => make(at));

describe('publish', () => {
  it('gives floors in the order of the log: roots in their subject, replies in their root', async () => {
    const intake = new Intake();
    const roots = many(3, () => intake.publish());
    const [first] = roots;
    const answers = many(3, () => intake.publish({ parentId: first?.id ?? 0n }));
    const below = intake.publish({ parentId: answers[1]?.id ?? 0n }, 9n);
    await bench.deliver([...roots, ...answers]);
    await bench.deliver([below]);
    expect(await bench.floorsOf([...roots, ...answers, below])).toEqual([1n, 2n, 3n, 1n, 2n, 3n, 4n]);
    expect(await bench.comment(below.id)).toMatchObject({
      rootId: first?.id,
      replyToUserId: 1n,
      authorId: 9n,
    });
    expect(await bench.countsOf(intake.subject)).toEqual([3n, 7n]);
  });

  it('gives floors 1 to n while batches run at the same time, twins of them too', async () => {
    const intakes = Array.from({ length: 4 }, () => new Intake());
    const sent = intakes.map((intake) => many(25, () => intake.publish()));
    const deliveries = [...sent, ...sent].map((batch) => bench.deliver(batch));
    await Promise.all(deliveries);
    for (const batch of sent) expect(await bench.floorsOf(batch)).toEqual(upTo(25));
  });

  it('takes text, mentions and the time of acceptance as they were sent', async () => {
    const intake = new Intake();
    const mentions = [{ $typeName: 'storey.comment.v1.Mention' as const, userId: 5n, username: 'ann' }];
    const sent = intake.publish({ text: '*hi* @ann', mentions }, 3n, 1_700_000_000_123n);
    await bench.deliver([sent]);
    expect(await bench.comment(sent.id)).toMatchObject({
      text: '*hi* @ann',
      html: '<p dir="auto"><em>hi</em> <span class="mention" data-user-id="5">@ann</span></p>',
      mentions: [{ userId: 5n, username: 'ann' }],
      createdAt: 1_700_000_000_123n,
      state: CommentState.VISIBLE,
      version: sent.id,
    });
  });

  it('rejects an answer to what is gone, without a floor, and tells it', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const late = intake.publish({ parentId: root.id, rootId: root.id });
    const lost = intake.publish({ parentId: 64n });
    const next = intake.publish();
    await bench.deliver([root, intake.remove(root.id), late, lost, next]);
    for (const { id } of [late, lost]) {
      expect(await bench.comment(id)).toMatchObject({
        state: CommentState.REJECTED,
        reasonCode: 'COMMENT_PARENT_NOT_FOUND',
        floor: 0n,
        shown: false,
        text: 'hello',
      });
    }
    expect(await bench.floorsOf([next])).toEqual([2n]);
    expect(await bench.countsOf(intake.subject)).toEqual([1n, 1n]);
    const told = (await bench.events()).filter(({ event }) => event.case === 'rejected');
    expect(told.map(({ commandId }) => commandId)).toEqual([late.id, lost.id]);
  });

  it.each([SubjectState.READ_ONLY, SubjectState.CLOSED])(
    'rejects what was judged by a subject that was open then: what stands behind its change to %i in the log',
    async (state) => {
      const intake = new Intake();
      const before = intake.publish();
      const behind = intake.publish();
      const imported = intake.publish({ source: 'elsewhere', sourceKey: String(behind.id) });
      const opened = intake.publish();
      const commands = [before, intake.change({ state }), behind, imported];
      await bench.deliver([...commands, intake.change({ state: SubjectState.OPEN }), opened]);
      const rejected = { state: CommentState.REJECTED, reasonCode: 'COMMENT_SUBJECT_CLOSED', text: 'hello' };
      expect(await bench.comment(behind.id)).toMatchObject(rejected);
      expect(await bench.floorsOf([before, imported, opened])).toEqual([1n, 2n, 3n]);
      expect(await bench.countsOf(intake.subject)).toEqual([3n, 3n]);
    },
  );

  it('takes no parent from another subject of the same shard', async () => {
    const here = new Intake();
    const foreign = here.publish();
    await bench.deliver([foreign]);
    let there = new Intake();
    while ((there.publish().id & 63n) !== (foreign.id & 63n)) there = new Intake();
    const sent = there.publish({ parentId: foreign.id });
    await bench.deliver([there.publish()]);
    await bench.deliver([sent, there.react(foreign.id, Reaction.LIKE), there.remove(foreign.id)]);
    expect(await bench.comment(sent.id)).toMatchObject({ state: CommentState.REJECTED });
    expect(await bench.countsOf(here.subject)).toEqual([1n, 1n]);
    expect(await bench.comment(foreign.id)).toMatchObject({ state: CommentState.VISIBLE, likes: 0n });
  });

  it('remembers the answer under its idempotency key', async () => {
    const intake = new Intake();
    const key = `key-${intake.subject.oid}`;
    const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
    await bench.deliver([
      intake.publish(
        { idempotencyKey: key, idempotencyFingerprint: bytes('print'), idempotencyResponse: bytes('answer') },
        77n,
      ),
    ]);
    const answer = await new Answers(bench.sql).find(77n, key);
    expect(String(answer && Buffer.from(answer.response))).toBe('answer');
    expect(String(answer?.fingerprint)).toBe('print');
    expect(await new Answers(bench.sql).find(78n, key)).toBeUndefined();
  });
});

describe('an imported item', () => {
  it('becomes one comment, whatever ids its twins have, and leaves no words behind', async () => {
    const intake = new Intake();
    const item = { source: intake.subject.oid, sourceKey: 'a' };
    const twins = many(3, (n) => intake.publish({ ...item, text: `version ${n}` }));
    await bench.deliver(twins.slice(0, 2));
    await bench.deliver(twins);
    await bench.deliver(twins);
    expect(await bench.floorsOf(twins)).toEqual([1n, undefined, undefined]);
    expect(await bench.countsOf(intake.subject)).toEqual([1n, 1n]);
    expect(await bench.faults()).toEqual([]);
  });
});

describe('edit', () => {
  it('replaces the words and keeps the old ones', async () => {
    const intake = new Intake();
    const sent = intake.publish({ text: 'one' });
    const edits = [intake.edit(sent.id, 'two'), intake.edit(sent.id, '**three**')];
    await bench.deliver([sent, ...edits]);
    await bench.deliver(edits);
    expect(await bench.comment(sent.id)).toMatchObject({
      text: '**three**',
      html: '<p dir="auto"><strong>three</strong></p>',
      editedAt: 1_000n,
      version: edits[1]?.id,
    });
    const before = await new Comments(bench.sql).editsOf(sent.id);
    expect(before.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('of what is gone changes nothing', async () => {
    const intake = new Intake();
    const sent = intake.publish({ text: 'one' });
    await bench.deliver([sent, intake.remove(sent.id), intake.edit(sent.id, 'two'), intake.edit(128n, 'x')]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'one', editedAt: 0n });
  });
});

describe('delete', () => {
  it('leaves a tombstone while there are visible replies, which vanishes with the last', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const answer = intake.publish({ parentId: root.id });
    const below = intake.publish({ parentId: answer.id });
    await bench.deliver([root, answer, below, intake.remove(root.id), intake.remove(answer.id)]);
    expect(await bench.comment(root.id)).toMatchObject({
      shown: true,
      replies: 1n,
      state: CommentState.DELETED,
    });
    expect(await bench.comment(answer.id)).toMatchObject({ shown: true, replies: 1n });
    expect(await bench.countsOf(intake.subject)).toEqual([0n, 1n]);
    await bench.deliver([intake.remove(below.id), intake.remove(below.id)]);
    for (const { id } of [root, answer, below])
      expect(await bench.comment(id)).toMatchObject({ shown: false });
    const deleted = (await bench.events()).flatMap(({ event }) =>
      event.case === 'deleted' ? event.value : [],
    );
    expect(deleted.at(-1)).toMatchObject({
      commentId: below.id,
      tombstone: false,
      vanishedIds: [root.id, answer.id],
    });
    expect(await bench.countsOf(intake.subject)).toEqual([0n, 0n]);
  });
});

describe('react', () => {
  it('is exact under random clicks in any order, delivered twice', async () => {
    const random = new SeededRandom(7);
    const intake = new Intake();
    const roots = many(3, () => intake.publish());
    const values = [Reaction.NONE, Reaction.LIKE, Reaction.DISLIKE] as const;
    const clicks = many(300, () => {
      const on = roots[random.int(0, 2)]?.id ?? 0n;
      return intake.react(on, values[random.int(0, 2)] ?? Reaction.NONE, BigInt(random.int(1, 10)));
    });
    const shuffled = clicks.toSorted(() => random.float() - 0.5);
    await bench.deliver(roots);
    for (let at = 0; at < 300; at += 50) {
      await bench.deliver(shuffled.slice(at, at + 50));
      await bench.deliver(shuffled.slice(at, at + 50));
    }
    expect(await bench.faults()).toEqual([]);
    const ordered = await Bench.open();
    await ordered.deliver([...roots, ...clicks]);
    for (const { id } of roots) {
      const { likes, dislikes } = (await ordered.comment(id)) ?? {};
      expect(await bench.comment(id)).toMatchObject({ likes, dislikes });
    }
    await ordered[Symbol.asyncDispose]();
  });

  it('on what nobody can see has no effect', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    await bench.deliver([sent, intake.remove(sent.id), intake.react(sent.id, Reaction.LIKE)]);
    expect(await bench.comment(sent.id)).toMatchObject({ likes: 0n });
  });

  it('makes what is liked rank until it is deleted', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const ranking = async (): Promise<readonly bigint[]> => {
      const { subjectId = 0n } = (await bench.comment(sent.id)) ?? {};
      return new Rankings(bench.sql).of({ subjectId, rootId: 0n });
    };
    await bench.deliver([sent, intake.react(sent.id, Reaction.LIKE)]);
    expect(await ranking()).toEqual([sent.id]);
    await bench.deliver([intake.remove(sent.id)]);
    expect(await ranking()).toEqual([]);
  });

  it('tells many clicks on one comment in one event', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    await bench.deliver([sent]);
    await bench.deliver(many(20, (user) => intake.react(sent.id, Reaction.LIKE, BigInt(user + 1))));
    const told = (await bench.events()).filter(
      ({ event }) => event.case === 'reacted' && event.value.commentId === sent.id,
    );
    expect(told.map(({ event }) => event.value)).toMatchObject([{ likes: 20n, dislikes: 0n }]);
  });
});
