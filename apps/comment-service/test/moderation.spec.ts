import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Principal } from '@storey/context';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, admin, alice, bob, moderator, person, refusal } from './bench.js';
import { commentJob } from './job.js';

const { CommentState, Decision, Reaction } = comment;
const carol = person(105);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterAll(() => bench.close());

let made = 0;
const newOid = (): string => `moderation-${(made += 1)}`;
const START: Uint8Array = new Uint8Array();

const report = (by: Principal | undefined, id: bigint, reason = 'spam', note = '') =>
  bench.as(by, (client) => client.report({ id, reason, note }, SLOW));
const decideAs = (by: Principal | undefined, id: bigint, decision: comment.Decision, reason = '') =>
  bench.as(by, (client) => client.decide({ id, decision, reason }, SLOW));
const decide = (id: bigint, decision: comment.Decision, reason = '') =>
  decideAs(moderator, id, decision, reason);
const inspect = (id: bigint) => bench.as(moderator, (client) => client.inspectComment({ id }, SLOW));
const stateSeen = async (by: Principal | undefined, id: bigint) => (await bench.get(by, id)).comment?.state;
const gone = (by: Principal | undefined, id: bigint) =>
  eventually(async () =>
    expect(await refusal(bench.get(by, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' }),
  );

type List = 'listQueue' | 'listReports';

/** A page of a list of work. */
const work = (by: Principal | undefined, list: List, limit: number, position = START) =>
  bench.as(by, async (client) => {
    const request = { position, limit };
    return list === 'listQueue'
      ? await client.listQueue(request, SLOW)
      : await client.listReports(request, SLOW);
  });

const idsOf = ({ comments }: { readonly comments: readonly comment.ModeratedComment[] }): bigint[] =>
  comments.map(({ comment }) => comment?.id ?? 0n);

/** Every page of it. */
async function all(list: List, limit = 50): Promise<readonly bigint[]> {
  const ids: bigint[] = [];
  let position = START;
  do {
    const page = await work(moderator, list, limit, position);
    ids.push(...idsOf(page));
    position = page.nextPosition;
  } while (position.length > 0);
  return ids;
}

async function visible(by = alice, oid = newOid(), parentId = 0n): Promise<bigint> {
  const id = await bench.post(by, `words ${(made += 1)}`, { oid, parentId });
  await eventually(async () => expect(await stateSeen(undefined, id)).toBe(CommentState.VISIBLE));
  return id;
}

/** A comment of alice that waits in review. */
async function held(oid: string): Promise<bigint> {
  const subject = { type: 'video', oid };
  await bench.as(admin, (client) => client.changeSubject({ subject, policyMode: 'review_then_post' }, SLOW));
  await eventually(async () =>
    expect((await bench.list(alice, { oid })).subject?.policyMode).toBe('review_then_post'),
  );
  const id = await bench.post(alice, `words ${(made += 1)}`, { oid });
  await eventually(async () => expect(await stateSeen(alice, id)).toBe(CommentState.IN_REVIEW));
  return id;
}

describe('a report', () => {
  it('counts once a person, comes up most reported first, and is shown with who made it', async () => {
    const [few, many] = [await visible(), await visible()];
    await report(bob, few);
    for (const by of [bob, carol]) await report(by, many, 'abuse', 'rude');
    await report(bob, many, 'illegal');
    await eventually(async () => expect((await inspect(many)).moderation?.reportCount).toBe(2n));
    await eventually(async () => expect(await all('listReports')).toEqual([many, few]));
    expect(await inspect(many)).toMatchObject({
      moderation: { reportCount: 2n, reviewReason: '' },
      reports: [
        { reason: 'abuse', note: 'rude', reporterId: 102n },
        { reason: 'abuse', note: 'rude', reporterId: 105n },
      ],
    });
    for (const id of [few, many]) await decide(id, Decision.APPROVE);
    expect(await all('listReports')).toEqual([]);
  });

  it('does not move a row into a walk again, or out of it before it was met', async () => {
    const ids = [await visible(), await visible(), await visible()];
    for (const id of ids) await report(bob, id);
    await eventually(async () => expect(await all('listReports')).toHaveLength(3));
    const first = await work(moderator, 'listReports', 1);
    const met = idsOf(first);
    const [last = 0n] = ids;
    await report(carol, last);
    await eventually(async () => expect((await inspect(last)).moderation?.reportCount).toBe(2n));
    for (let { nextPosition } = first; nextPosition.length > 0;) {
      const next = await work(moderator, 'listReports', 1, nextPosition);
      met.push(...idsOf(next));
      nextPosition = next.nextPosition;
    }
    expect(met.toSorted()).toEqual(ids.toSorted());
    for (const id of ids) await decide(id, Decision.APPROVE);
  });

  it('is refused of one’s own, of what is not visible, and for a reason that is none', async () => {
    const id = await visible();
    expect(await refusal(report(undefined, id))).toMatchObject({ code: 'GATEWAY_TOKEN_REQUIRED' });
    expect(await refusal(report(alice, id))).toMatchObject({ code: 'COMMENT_FORBIDDEN' });
    expect(await refusal(report(bob, id, 'boring'))).toMatchObject({ kind: 'invalid' });
    await decide(id, Decision.HIDE);
    await gone(bob, id);
    for (const by of [bob, moderator])
      expect(await refusal(report(by, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  });
});

describe('a comment in review', () => {
  it('is there for its author and moderators alone, in the queue, and in nobody’s lists', async () => {
    const oid = newOid();
    const id = await held(oid);
    await gone(bob, id);
    expect(await stateSeen(moderator, id)).toBe(CommentState.IN_REVIEW);
    expect((await bench.list(bob, { oid })).comments).toEqual([]);
    expect((await bench.list(bob, { oid })).subject?.counts).toMatchObject({ roots: 0n, all: 0n });
    expect(await all('listQueue')).toContain(id);
    expect((await inspect(id)).moderation?.reviewReason).toBe('policy');
    await bench.as(alice, (client) => client.edit({ id, text: 'other words' }, SLOW));
    await eventually(async () => expect((await inspect(id)).edits).toHaveLength(1));
    expect(await stateSeen(alice, id)).toBe(CommentState.IN_REVIEW);
    await gone(bob, id);
  });

  it('is listed oldest first, each once, and leaves the queue as soon as its moderator decided', async () => {
    const before = await all('listQueue');
    const ids = [await held(newOid()), await held(newOid()), await held(newOid())];
    expect(await all('listQueue', 1)).toEqual([...before, ...ids]);
    await decide(ids[1] ?? 0n, Decision.REJECT);
    expect(await all('listQueue')).toEqual([...before, ids[0], ids[2]]);
  });

  it('stands where its floor is once it is approved, for its moderator at once', async () => {
    const oid = newOid();
    const id = await held(oid);
    await decide(id, Decision.APPROVE);
    const ids = (by?: Principal) =>
      bench.list(by, { oid }).then(({ comments }) => comments.map(({ id }) => id));
    expect(await stateSeen(moderator, id)).toBe(CommentState.VISIBLE);
    expect(await ids(moderator)).toEqual([id]);
    await eventually(async () => expect(await ids()).toEqual([id]));
    expect((await bench.get(undefined, id)).comment).toMatchObject({
      floor: 1n,
      state: CommentState.VISIBLE,
    });
  });

  it('stands in the lists of who approved it before anything is applied, and in no others', async () => {
    const oid = newOid();
    const id = await held(oid);
    const idsFor = (by?: Principal) =>
      bench.list(by, { oid }).then(({ comments }) => comments.map((each) => each.id));
    await bench.stopJob();
    try {
      await decide(id, Decision.APPROVE);
      expect([await idsFor(moderator), await idsFor(bob), await idsFor()]).toEqual([[id], [], []]);
    } finally {
      await bench.startJob(commentJob);
    }
  });

  it('that is rejected is its author’s alone, and says so', async () => {
    const id = await held(newOid());
    await decide(id, Decision.REJECT, 'off topic');
    await eventually(async () => expect(await stateSeen(alice, id)).toBe(CommentState.REJECTED));
    expect((await bench.get(alice, id)).comment?.reasonCode).toBe('COMMENT_REJECTED_IN_REVIEW');
    await gone(bob, id);
    await eventually(async () =>
      expect((await inspect(id)).audit).toMatchObject([
        { action: 'reject', actorId: 103n, reason: 'off topic' },
      ]),
    );
  });
});

describe('a hidden root', () => {
  it('takes its replies from sight, by every way, and brings them back', async () => {
    const oid = newOid();
    const root = await visible(alice, oid);
    const reply = await visible(bob, oid, root);
    await decide(root, Decision.HIDE);
    await gone(carol, root);
    await gone(carol, reply);
    for (const call of [
      bench.replies(carol, root),
      bench.as(carol, (client) => client.react({ id: reply, value: Reaction.LIKE }, SLOW)),
    ])
      expect(await refusal(call)).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    for (const parentId of [root, reply])
      expect(await refusal(bench.post(carol, 'late', { oid, parentId }))).toMatchObject({
        code: 'COMMENT_PARENT_NOT_FOUND',
      });
    expect(await bench.get(bob, reply)).toMatchObject({ comment: { id: reply } });
    expect((await bench.get(bob, reply)).root).toBeUndefined();
    const counts = async () => (await bench.list(undefined, { oid })).subject?.counts;
    expect(await counts()).toMatchObject({ roots: 0n, all: 0n });
    await decide(root, Decision.RESTORE);
    await eventually(async () => expect(await counts()).toMatchObject({ roots: 1n, all: 2n }));
    await eventually(async () => expect((await bench.replies(carol, root)).comments).toHaveLength(1));
  });
});

describe('decisions', () => {
  it.each<[string, Principal | undefined, string | undefined]>([
    ['the anonymous', undefined, 'GATEWAY_TOKEN_REQUIRED'],
    ['its author', alice, 'GATEWAY_FORBIDDEN'],
    ['another user', bob, 'GATEWAY_FORBIDDEN'],
    ['a moderator', moderator, undefined],
    ['an administrator', admin, undefined],
  ])('are made, and their lists read, by moderators: %s', async (_, by, code) => {
    const id = await visible();
    const calls = [
      decideAs(by, id, Decision.HIDE),
      bench.as(by, (client) => client.decideMany({ ids: [id], decision: Decision.HIDE, reason: '' }, SLOW)),
      bench.as(by, (client) => client.inspectComment({ id }, SLOW)),
      work(by, 'listQueue', 1),
      work(by, 'listReports', 1),
    ];
    if (code === undefined) await Promise.all(calls);
    else for (const error of await Promise.all(calls.map(refusal))) expect(error).toMatchObject({ code });
  });

  it.each<[string, comment.Decision, readonly comment.Decision[]]>([
    ['visible', Decision.APPROVE, [Decision.REJECT]],
    ['hidden', Decision.HIDE, [Decision.REJECT]],
    ['deleted', Decision.DELETE, [Decision.APPROVE, Decision.HIDE, Decision.REJECT]],
  ])('that lead nowhere are refused: of what is %s', async (_, first, impossible) => {
    const id = await visible();
    await decide(id, first);
    for (const decision of impossible)
      expect(await refusal(decide(id, decision))).toMatchObject({ kind: 'unprocessable' });
    await decide(id, first);
    await decide(id, Decision.RESTORE);
    await eventually(async () => expect(await stateSeen(undefined, id)).toBe(CommentState.VISIBLE));
  });

  it('are seen at once by who made them, and tell the author, each of them', async () => {
    const oid = newOid();
    const id = await visible(carol, oid);
    await decide(id, Decision.HIDE);
    expect(await stateSeen(moderator, id)).toBe(CommentState.HIDDEN);
    expect((await bench.list(moderator, { oid })).comments).toEqual([]);
    await decide(id, Decision.RESTORE);
    await decide(id, Decision.DELETE);
    const notices = () =>
      bench.as(carol, (client) => client.listNotifications({ position: START, limit: 50 }, SLOW));
    await eventually(async () => {
      const mine = (await notices()).notifications.filter((each) => each.comment?.id === id);
      expect(mine.map(({ kind, actorIds }) => [kind, actorIds])).toEqual(Array(3).fill(['moderation', []]));
      expect(mine[0]?.comment).toMatchObject({ state: CommentState.DELETED, text: '' });
    });
  });

  it('about many are each judged for themselves', async () => {
    const [a, b] = [await visible(), await visible()];
    const many = (ids: bigint[], decision: comment.Decision) =>
      bench.as(moderator, (client) => client.decideMany({ ids, decision, reason: 'sweep' }, SLOW));
    expect(await many([a, b, a, 77n], Decision.HIDE)).toMatchObject({
      accepted: 2,
      rejected: [{ id: 77n, code: 'COMMENT_NOT_FOUND' }],
    });
    for (const id of [a, b]) await gone(bob, id);
    await decide(a, Decision.DELETE);
    expect(await many([a, b], Decision.APPROVE)).toMatchObject({
      accepted: 1,
      rejected: [{ id: a, code: 'COMMON_REQUEST_INVALID' }],
    });
    const tooMany = Array.from({ length: 101 }, (_, at) => BigInt(at + 1));
    expect(await refusal(many(tooMany, Decision.HIDE))).toMatchObject({ kind: 'invalid' });
  });

  it('are not heard of by those who watch before a comment is visible', async () => {
    const oid = newOid();
    const abort = new AbortController();
    const heard: string[] = [];
    const listening = bench.as(bob, async (client) => {
      const subject = { type: 'video', oid };
      for await (const { event } of client.watch({ subject, lastEventId: '' }, { signal: abort.signal }))
        heard.push(event.case ?? '');
    });
    await eventually(async () => expect(heard).toEqual(['ready']));
    const id = await held(oid);
    await bench.as(alice, (client) => client.edit({ id, text: 'still secret' }, SLOW));
    await decide(id, Decision.APPROVE);
    await decide(id, Decision.HIDE);
    await eventually(async () => expect(heard).toEqual(['ready', 'created', 'deleted']));
    abort.abort();
    await Promise.allSettled([listening]);
  });
});
