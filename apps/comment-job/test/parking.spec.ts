import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Answers, Comments } from '@storey/comment';
import { Bench } from './bench.js';
import { CommentState, Intake, Reaction, type Sent } from './commands.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(async () => {
  expect(await bench.faults()).toEqual([]);
  expect(await bench.parked()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const rejected = { state: CommentState.REJECTED, reasonCode: 'COMMENT_PARENT_NOT_FOUND', floor: 0n };

describe('a command that comes before its comment', () => {
  it('waits, and has its effect when the comment comes', async () => {
    const intake = new Intake();
    const sent = intake.publish({ text: 'one' });
    const edit = intake.edit(sent.id, 'two');
    const click = intake.react(sent.id, Reaction.LIKE, 5n);
    await bench.deliver([edit, click]);
    expect(await bench.parked()).toEqual([edit.id, click.id]);
    expect(await bench.comment(sent.id)).toBeUndefined();
    await bench.deliver([sent]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'two', likes: 1n, floor: 1n });
    expect((await new Comments(bench.sql).editsOf(sent.id)).map(({ text }) => text)).toEqual(['one']);
  });

  it('waits once, however often it comes, and is a twin afterwards', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const reply = intake.publish({ parentId: sent.id });
    const all = [reply, intake.react(sent.id, Reaction.LIKE), intake.edit(sent.id, 'e')];
    await bench.deliver([...all, ...all]);
    await bench.deliver(all);
    expect(await bench.parked()).toHaveLength(3);
    await bench.deliver([sent, ...all]);
    await bench.deliver(all);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'e', likes: 1n, replies: 1n });
    expect(await bench.countsOf(intake.subject)).toEqual([1n, 2n]);
  });

  it('in the order of acceptance, whatever the order of arrival: the last edit stands, a deletion ends it', async () => {
    const intake = new Intake();
    const [kept, gone] = [intake.publish({ text: 'a' }), intake.publish({ text: 'b' })];
    const [first, second] = [intake.edit(kept.id, 'first'), intake.edit(kept.id, 'second')];
    const [edit, removal] = [intake.edit(gone.id, 'edited'), intake.remove(gone.id)];
    await bench.deliver([second, first, removal, edit]);
    await bench.deliver([kept, gone]);
    expect(await bench.comment(kept.id)).toMatchObject({ text: 'second', version: second.id });
    expect(await bench.comment(gone.id)).toMatchObject({ text: 'edited', state: CommentState.DELETED });
  });

  it('is an answer: it gets its floor when its parent does, before later ones, and so do answers to it', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const reply = intake.publish({ parentId: root.id, text: '*early*' });
    const below = intake.publish({ parentId: reply.id }, 7n);
    const later = intake.publish({ parentId: root.id });
    await bench.deliver([below]);
    await bench.deliver([reply]);
    expect(await bench.faults()).toEqual([]);
    await bench.deliver([root, later]);
    expect(await bench.floorsOf([root, reply, below, later])).toEqual([1n, 1n, 2n, 3n]);
    expect(await bench.comment(reply.id)).toMatchObject({
      html: '<p dir="auto"><em>early</em></p>',
      replies: 1n,
      rootId: root.id,
    });
    expect(await bench.comment(below.id)).toMatchObject({ rootId: root.id, replyToUserId: 1n });
    const told = (await bench.events()).flatMap(({ commandId }) => commandId);
    expect(told.filter((id) => [root, reply, below].some((sent) => sent.id === id))).toHaveLength(3);
  });

  it('is an answer to what turns out to be no parent: rejected with it', async () => {
    const intake = new Intake();
    const lost = intake.publish({ parentId: 64n });
    const reply = intake.publish({ parentId: lost.id });
    await bench.deliver([reply, intake.edit(lost.id, 'never')]);
    await bench.deliver([lost]);
    for (const { id } of [lost, reply]) expect(await bench.comment(id)).toMatchObject(rejected);
    expect(await bench.comment(lost.id)).toMatchObject({ text: 'hello' });
  });

  it('leaves the answer to its key while it waits', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const key = `k${sent.id}`;
    const keyed = { idempotencyKey: key, idempotencyResponse: Buffer.from('answer') };
    await bench.deliver([intake.publish({ parentId: sent.id, ...keyed }, 78n)]);
    expect(await new Answers(bench.sql).find(78n, key)).toBeDefined();
    await bench.deliver([sent]);
  });

  it('of an import becomes one comment', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const item = { source: intake.subject.oid, sourceKey: 'a' };
    const twins = [1, 2].map(() => intake.publish({ ...item, parentId: sent.id }));
    await bench.deliver(twins);
    await bench.deliver([sent]);
    expect(await bench.floorsOf(twins)).toEqual([1n, undefined]);
  });
});

describe('nobody waits', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;

  it('for what was never accepted, or is another subject’s', async () => {
    const intake = new Intake();
    const old = intake.idOf(Date.now() - DAY_MS - 60_000);
    const other = [...Array(100)].map(() => new Intake()).find((each) => each.shard !== intake.shard);
    const foreign = other?.idOf(Date.now()) ?? 0n;
    const lost = [intake.publish({ parentId: old }), intake.publish({ parentId: foreign })];
    await bench.deliver([...lost, intake.edit(old, 'e'), intake.remove(foreign)]);
    expect(await bench.parked()).toEqual([]);
    for (const { id } of lost) expect(await bench.comment(id)).toMatchObject(rejected);
  });

  it('for a comment that is deleted', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const late = intake.publish({ parentId: sent.id });
    await bench.deliver([sent, intake.remove(sent.id), late]);
    expect(await bench.comment(late.id)).toMatchObject(rejected);
  });

  it('where a hundred wait for the same comment already', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const clicks = Array.from({ length: 101 }, (_, n) => intake.react(sent.id, Reaction.LIKE, BigInt(n + 1)));
    await bench.deliver(clicks);
    expect(await bench.parked()).toHaveLength(100);
    const lost = intake.publish({ parentId: sent.id });
    await bench.deliver([lost]);
    expect(await bench.comment(lost.id)).toMatchObject(rejected);
    await bench.deliver([sent]);
    expect(await bench.comment(sent.id)).toMatchObject({ likes: 100n });
  });
});

describe('an edit', () => {
  it('that was accepted before the one that stands changes nothing, and its words are kept', async () => {
    const intake = new Intake();
    const sent = intake.publish({ text: 'one' });
    const [first, second] = [intake.edit(sent.id, 'two'), intake.edit(sent.id, 'three')];
    const arrive = async (edits: readonly Sent[]): Promise<void> => {
      for (const edit of edits) await bench.deliver([edit]);
    };
    await bench.deliver([sent]);
    await arrive([second, first, second, first]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'three', version: second.id });
    const kept = (await new Comments(bench.sql).editsOf(sent.id)).map(({ text }) => text);
    expect(kept.toSorted()).toEqual(['one', 'two']);
  });

  it('in one batch as in several', async () => {
    const intake = new Intake();
    const sent = intake.publish({ text: 'one' });
    const [first, second] = [intake.edit(sent.id, 'two'), intake.edit(sent.id, 'three')];
    await bench.deliver([sent, second, first]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'three' });
  });
});

describe('a twin', () => {
  it.each<[string, (intake: Intake, on: Sent) => Sent]>([
    ['publish', (intake) => intake.publish({ text: 'twin' })],
    ['answer', (intake, on) => intake.publish({ parentId: on.id })],
    ['edit', (intake, on) => intake.edit(on.id, 'edited')],
    ['delete', (intake, on) => intake.remove(on.id)],
    ['react', (intake, on) => intake.react(on.id, Reaction.LIKE)],
  ])('that came by the other door is dropped: %s', async (_, make) => {
    const intake = new Intake();
    const on = intake.publish();
    const sent = make(intake, on);
    const undo = intake.react(on.id, Reaction.NONE);
    await bench.deliver([on, sent, undo]);
    const before = await bench.everything();
    await bench.deliver([sent]);
    await bench.deliver([sent, sent]);
    expect(await bench.everything()).toBe(before);
    expect(bench.buried).toEqual([]);
  });
});
