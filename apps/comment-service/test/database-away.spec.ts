import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commentMigrations, findCommentFaults, type CommentDb } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, admin, alice, bob, refusal, texts } from './bench.js';
import { commentJob } from './job.js';
import { Outages } from './outages.js';

const { CommentState, Reaction, Sort, SubjectState } = comment;
const MINUTE_MS = 60_000;

let clock: FakeClock;
let outages: Outages;
let bench: Bench;

beforeEach(async () => {
  clock = new FakeClock(Date.now());
  outages = new Outages();
  bench = await Bench.open({ clock, prepare: outages.prepare });
});
afterEach(async () => {
  outages.database = 'there';
  await bench.close();
});

const like = (who: typeof alice, id: bigint) =>
  bench.as(who, (client) => client.react({ id, value: Reaction.LIKE }, SLOW));

/** A subject with two roots and an answer, which somebody has read. */
async function lively() {
  await bench.startJob(commentJob);
  const first = await bench.post(alice, 'first');
  const second = await bench.post(bob, 'second');
  const reply = await bench.post(bob, 'answer', { parentId: first });
  for (const id of [first, second, reply]) await bench.applied(id === first ? alice : bob, id);
  await eventually(async () => {
    await clock.advance(200);
    expect((await bench.list(undefined)).subject?.counts?.all).toBe(3n);
    expect(texts((await bench.replies(undefined, first)).comments)).toEqual(['answer']);
  });
  return { first, second, reply };
}

/** Changes that, and leaves nobody the time to read what it has become: the database goes away with what it was cached from. */
async function changedInTheLastMoment(change: () => Promise<unknown>): Promise<void> {
  const { ports } = bench.platform;
  const cleared = async (): Promise<number> =>
    (await ports.kvCache.mget(['{cs:video/v1}'])).filter(Boolean).length;
  await eventually(async () => expect(await ports.events.lag('comment.events.v1', 'comment.caches')).toBe(0));
  await bench.list(undefined);
  expect(await cleared()).toBe(1);
  await change();
  await eventually(async () => expect(await cleared()).toBe(0));
  await bench.stopJob();
  outages.database = 'refuses';
}

const back = async (): Promise<void> => {
  outages.database = 'there';
  await bench.startJob(commentJob);
};

async function faults(): Promise<readonly string[]> {
  return findCommentFaults(await bench.platform.ports.sql<CommentDb>('comment', commentMigrations));
}

describe('while the database is away', () => {
  it('pages of a known subject are shown as they were, and say so, long after all was to be forgotten', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    for (let times = 0; times < 4; times += 1) {
      for (const sort of [Sort.NEW, Sort.HOT]) {
        const page = await bench.list(undefined, { sort });
        expect(texts(page.comments)).toEqual(['second', 'first']);
        expect(texts(page.comments[1]?.replies ?? [])).toEqual(['answer']);
        expect(page.subject?.counts?.all).toBe(3n);
        expect(page.degraded).toContain('comments');
      }
      const under = await bench.replies(undefined, first);
      expect([texts(under.comments), under.degraded]).toEqual([['answer'], ['comments']]);
      expect(await bench.get(undefined, first)).toMatchObject({
        comment: { text: 'first' },
        degraded: ['comments'],
      });
      await clock.advance(2 * MINUTE_MS);
    }
    await back();
    await eventually(async () => {
      await clock.advance(200);
      const { comments, degraded } = await bench.list(undefined);
      expect([texts(comments), degraded]).toEqual([['second', 'first'], []]);
      expect(comments[1]?.likes).toBe(1n);
    });
  });

  it('posts to it are accepted, shown to their author, and appear once when it is back', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    const said: string[] = [];
    for (let at = 0; at < 20; at += 1) {
      const text = `said without a database ${at}`;
      const parentId = at % 4 === 3 ? first : 0n;
      const key = `k${at}`;
      const id = await bench.post(alice, text, { key, parentId });
      expect(await bench.post(alice, text, { key, parentId })).toBe(id);
      if (parentId === 0n) said.push(text);
      const { comments, degraded } = await bench.list(alice, { limit: 50 });
      expect(texts(comments)).toEqual([...said.toReversed(), 'second', 'first']);
      expect(comments[0]?.state).toBe(CommentState.PENDING);
      expect(degraded).toContain('comments');
      await clock.advance(20_000);
    }
    expect(texts((await bench.list(undefined)).comments)).toEqual(['second', 'first']);
    await back();
    await eventually(async () => {
      await clock.advance(200);
      const { comments, subject, degraded } = await bench.list(undefined, { limit: 50 });
      expect(texts(comments)).toEqual([...said.toReversed(), 'second', 'first']);
      expect(comments.map(({ floor }) => Number(floor))).toEqual(
        comments.map((_, at) => comments.length - at),
      );
      expect([subject?.counts?.all, degraded]).toEqual([23n, []]);
    });
    expect(await faults()).toEqual([]);
  }, 20_000);

  it('what was deleted in the last moment is not shown, and the page does not fail for it', async () => {
    const { second } = await lively();
    await changedInTheLastMoment(() => bench.as(bob, (client) => client.delete({ id: second }, SLOW)));
    const { comments, degraded } = await bench.list(undefined);
    expect([texts(comments), degraded]).toEqual([['first'], ['comments']]);
    expect(await refusal(bench.get(undefined, second))).toMatchObject({ kind: 'unavailable' });
  });

  it('nobody writes by rules of a subject that are known to be old', async () => {
    await lively();
    const state = SubjectState.READ_ONLY;
    const subject = { type: 'video', oid: 'v1' };
    await changedInTheLastMoment(() =>
      bench.as(admin, (client) => client.changeSubject({ subject, state }, SLOW)),
    );
    expect(await refusal(bench.post(alice, 'Hello'))).toMatchObject({ kind: 'unavailable' });
    await back();
    expect(await refusal(bench.post(alice, 'Hello'))).toMatchObject({ code: 'COMMENT_SUBJECT_CLOSED' });
  });

  it('what was judged by a subject that somebody closed meanwhile is rejected, and what came before is not', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    const before = await bench.post(alice, 'before');
    const subject = { type: 'video', oid: 'v1' };
    const state = SubjectState.CLOSED;
    await bench.as(admin, (client) => client.changeSubject({ subject, state }, SLOW));
    const behind = await bench.post(alice, 'behind');
    await back();
    await eventually(async () => {
      await clock.advance(200);
      const [standing, rejected] = [await bench.get(alice, before), await bench.get(alice, behind)];
      expect(standing.comment).toMatchObject({ state: CommentState.VISIBLE, floor: 3n });
      expect(rejected.comment).toMatchObject({
        state: CommentState.REJECTED,
        reasonCode: 'COMMENT_SUBJECT_CLOSED',
      });
    });
    expect(await faults()).toEqual([]);
  });

  it('what was never known is refused, and so is what can not say that it is old', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    const away = { kind: 'unavailable' };
    const subject = { type: 'video', oid: 'v1' };
    expect(await refusal(bench.list(undefined, { oid: 'unknown' }))).toMatchObject(away);
    expect(await refusal(bench.post(alice, 'Hello', { oid: 'unknown' }))).toMatchObject(away);
    for (const call of [
      bench.as(undefined, (client) => client.getSubject({ subject }, SLOW)),
      bench.as(undefined, (client) => client.batchCounts({ subjects: [subject] }, SLOW)),
    ])
      expect(await refusal(call)).toMatchObject(away);
  });

  it('who is signed in sees everybody’s page, and hears that his own reactions are not known', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    const page = await bench.list(bob);
    expect(texts(page.comments)).toEqual(['second', 'first']);
    expect([...page.degraded].sort()).toEqual(['comments', 'viewer']);
    // What he did is in his overlay.
    expect(page.comments[1]?.viewer?.reaction).toBe(Reaction.LIKE);
  });

  it('one a second learns for all whether it is back', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    await bench.list(undefined);
    const before = outages.refused;
    for (let second = 0; second < 20; second += 1) {
      for (let reader = 0; reader < 20; reader += 1) await bench.list(undefined);
      await clock.advance(1000);
    }
    // The second counts from the answer, which comes after these readers: among them one asks every other second.
    expect(outages.refused - before).toBeGreaterThanOrEqual(9);
    expect(outages.refused - before).toBeLessThanOrEqual(20);
    outages.database = 'there';
    await clock.advance(1000);
    await bench.list(undefined);
    await eventually(async () => expect((await bench.list(undefined)).degraded).toEqual([]));
  });

  it('whoever comes after a pause asks for himself', async () => {
    const { first } = await lively();
    await changedInTheLastMoment(() => like(bob, first));
    expect((await bench.list(undefined)).degraded).toEqual(['comments']);
    await clock.advance(10_000);
    outages.database = 'there';
    expect((await bench.list(undefined)).degraded).toEqual([]);
  });
});
