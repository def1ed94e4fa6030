import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CaseFiles, Worklists } from '@storey/comment';
import { Bench } from './bench.js';
import { CommentState, Decision, Intake, MODERATOR, SubjectState, type Sent } from './commands.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
});

afterAll(async () => {
  expect(await bench.faults()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const many = (n: number, make: () => Sent): readonly Sent[] => Array.from({ length: n }, make);

/** What was told of this subject, by kind. */
async function told(intake: Intake): Promise<readonly (string | undefined)[]> {
  const events = await bench.events();
  return events.filter(({ subject }) => subject?.oid === intake.subject.oid).map(({ event }) => event.case);
}

describe('a change of a subject', () => {
  it('makes a subject that nobody wrote to, and sets what it names alone', async () => {
    const intake = new Intake();
    await bench.deliver([intake.change({ title: 'One', ownerId: 5n })]);
    const second = intake.change({
      policyMode: 'review_then_post',
      policyMinLevel: 2,
      state: SubjectState.CLOSED,
    });
    await bench.deliver([second, second]);
    expect(await bench.subjectOf(intake.subject)).toMatchObject({
      title: 'One',
      url: '',
      ownerId: 5n,
      policyMode: 'review_then_post',
      minLevel: 2,
      state: SubjectState.CLOSED,
      changedBy: second.id,
      version: 2n,
    });
    expect(await told(intake)).toEqual(['subjectChanged', 'subjectChanged']);
  });
});

describe('pins', () => {
  it('are three at most however many were accepted, the latest first; one too many ends as it was, and is told', async () => {
    const intake = new Intake();
    const roots = many(4, () => intake.publish());
    const pins = roots.map(({ id }) => intake.pin(id));
    await bench.deliver([...roots, ...pins.slice(0, 2)]);
    await bench.deliver(pins);
    const [a, b, c, d] = roots.map(({ id }) => id);
    expect((await bench.subjectOf(intake.subject))?.pinnedIds).toEqual([c, b, a]);
    expect(await bench.comment(d ?? 0n)).toMatchObject({ pinned: false, version: pins[3]?.id });
    expect((await told(intake)).filter((kind) => kind === 'updated')).toHaveLength(4);
    await bench.deliver([intake.pin(a ?? 0n, false), intake.pin(d ?? 0n)]);
    expect((await bench.subjectOf(intake.subject))?.pinnedIds).toEqual([d, c, b]);
  });

  it('are of visible roots alone, and end with their visibility', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const reply = intake.publish({ parentId: root.id });
    const held = intake.publish({ reviewReason: 'policy' });
    await bench.deliver([root, reply, held, intake.pin(reply.id), intake.pin(held.id), intake.pin(64n)]);
    expect((await bench.subjectOf(intake.subject))?.pinnedIds).toEqual([]);
    await bench.deliver([intake.pin(root.id), intake.decide(root.id, Decision.HIDE)]);
    expect((await bench.subjectOf(intake.subject))?.pinnedIds).toEqual([]);
    await bench.deliver([intake.decide(root.id, Decision.RESTORE)]);
    expect(await bench.comment(root.id)).toMatchObject({ pinned: false, state: CommentState.VISIBLE });
  });
});

describe('reports', () => {
  it('count once a person, and wait until a moderator decides; later ones wait anew', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const other = intake.publish();
    await bench.deliver([root, other, intake.report(other.id, 2n)]);
    await bench.deliver([intake.report(root.id, 2n), intake.report(root.id, 2n, { reason: 'other' })]);
    await bench.deliver([intake.report(root.id, 3n, { note: 'rude' })]);
    expect(await bench.comment(root.id)).toMatchObject({ reports: 2n });
    const worklists = new Worklists(bench.sql);
    const mine = async () =>
      (await worklists.reported(1000)).filter((id) => [root.id, other.id].includes(id));
    expect(await mine()).toEqual([root.id, other.id]);
    expect(await new CaseFiles(bench.sql).reportsOf(root.id)).toMatchObject([
      { user_id: 2n, reason: 'spam', note: '' },
      { user_id: 3n, reason: 'spam', note: 'rude' },
    ]);
    await bench.deliver([intake.decide(root.id, Decision.APPROVE, 'fine')]);
    expect(await mine()).toEqual([other.id]);
    await bench.deliver([intake.report(root.id, 4n), intake.remove(other.id)]);
    expect(await mine()).toEqual([root.id]);
    expect(await bench.comment(root.id)).toMatchObject({ reports: 3n });
  });
});

describe('decisions', () => {
  it('a comment in review has its floor and is not counted before it is approved', async () => {
    const intake = new Intake();
    const held = intake.publish({ reviewReason: 'policy' });
    const next = intake.publish();
    await bench.deliver([held, next]);
    expect(await bench.floorsOf([held, next])).toEqual([1n, 2n]);
    expect(await bench.comment(held.id)).toMatchObject({
      state: CommentState.IN_REVIEW,
      shown: false,
      reviewReason: 'policy',
    });
    expect(await bench.countsOf(intake.subject)).toEqual([1n, 1n]);
    await bench.deliver([intake.decide(held.id, Decision.APPROVE)]);
    expect(await bench.comment(held.id)).toMatchObject({
      state: CommentState.VISIBLE,
      shown: true,
      floor: 1n,
    });
    expect(await bench.countsOf(intake.subject)).toEqual([2n, 2n]);
  });

  it('what is rejected in review keeps its floor and says why it is', async () => {
    const intake = new Intake();
    const held = intake.publish({ reviewReason: 'policy' });
    await bench.deliver([held, intake.decide(held.id, Decision.REJECT, 'off topic')]);
    expect(await bench.comment(held.id)).toMatchObject({
      state: CommentState.REJECTED,
      floor: 1n,
      reasonCode: 'COMMENT_REJECTED_IN_REVIEW',
    });
    expect(await new CaseFiles(bench.sql).auditOf(held.id)).toMatchObject([
      { action: 'reject', actor_id: MODERATOR, reason: 'off topic' },
    ]);
  });

  it('the replies of a hidden root are not counted until it is restored; those of a tombstone are', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const replies = many(2, () => intake.publish({ parentId: root.id }));
    await bench.deliver([root, ...replies, intake.publish()]);
    const counts = async () => bench.countsOf(intake.subject);
    await bench.deliver([intake.decide(root.id, Decision.HIDE)]);
    expect(await counts()).toEqual([1n, 1n]);
    await bench.deliver([intake.publish({ parentId: root.id }), intake.remove(replies[0]?.id ?? 0n)]);
    expect(await counts()).toEqual([1n, 1n]);
    await bench.deliver([intake.decide(root.id, Decision.DELETE)]);
    expect(await counts()).toEqual([1n, 3n]);
    expect(await bench.comment(root.id)).toMatchObject({ shown: true, replies: 2n });
    await bench.deliver([intake.decide(root.id, Decision.RESTORE)]);
    expect(await counts()).toEqual([2n, 4n]);
  });

  it('a restored reply brings back the tombstone above it, and says where both stand', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const reply = intake.publish({ parentId: root.id });
    await bench.deliver([root, reply, intake.remove(root.id), intake.remove(reply.id)]);
    expect(await bench.comment(root.id)).toMatchObject({ shown: false });
    await bench.deliver([intake.decide(reply.id, Decision.RESTORE)]);
    expect(await bench.comment(root.id)).toMatchObject({ shown: true, state: CommentState.DELETED });
    const { event } = (await bench.events()).at(-1) ?? {};
    expect(event).toMatchObject({
      case: 'decided',
      value: {
        before: CommentState.DELETED,
        turnedIds: [root.id],
        vanishedIds: [],
        places: [
          { id: reply.id, rootId: root.id, floor: 1n },
          { id: root.id, rootId: 0n, floor: 1n },
        ],
      },
    });
  });

  it('what can’t be decided so has no effect but an end: it is told as it is', async () => {
    const intake = new Intake();
    const root = intake.publish();
    const lost = intake.publish({ parentId: 64n });
    const reject = intake.decide(root.id, Decision.REJECT);
    const restore = intake.decide(lost.id, Decision.RESTORE);
    await bench.deliver([root, lost, reject, restore, intake.decide(65n, Decision.HIDE)]);
    expect(await bench.comment(root.id)).toMatchObject({ state: CommentState.VISIBLE, version: reject.id });
    expect(await bench.comment(lost.id)).toMatchObject({ state: CommentState.REJECTED, version: restore.id });
    for (const { id } of [root, lost]) expect(await new CaseFiles(bench.sql).auditOf(id)).toEqual([]);
    expect((await told(intake)).filter((kind) => kind === 'decided')).toHaveLength(2);
  });

  it('who deletes what another wrote is on record, who deletes his own is not', async () => {
    const intake = new Intake();
    const [own, other] = [intake.publish({}, 1n), intake.publish({}, 2n)];
    await bench.deliver([own, other, intake.remove(own.id), intake.remove(other.id)]);
    const files = new CaseFiles(bench.sql);
    expect(await files.auditOf(own.id)).toEqual([]);
    expect(await files.auditOf(other.id)).toMatchObject([{ action: 'delete', actor_id: 1n }]);
  });
});
