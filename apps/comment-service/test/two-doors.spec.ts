import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, commentMigrations, findCommentFaults, type CommentDb } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, refusal } from './bench.js';
import { commentJob } from './job.js';
import { Outages } from './outages.js';

const { CommentState, Reaction } = comment;

let outages: Outages;
let bench: Bench;
beforeEach(async () => {
  outages = new Outages();
  bench = await Bench.open({ prepare: outages.prepare });
});
afterEach(() => bench.close());

const edit = (id: bigint, text: string) => bench.as(alice, (client) => client.edit({ id, text }, SLOW));
const react = (who: typeof alice, id: bigint, value: comment.Reaction) =>
  bench.as(who, (client) => client.react({ id, value }, SLOW));
const remove = (id: bigint) => bench.as(alice, (client) => client.delete({ id }, SLOW));

async function commandsInLog(): Promise<number> {
  const ends = await bench.platform.ports.events.endOffsets(COMMANDS_TOPIC);
  return Number(ends.reduce((sum, end) => sum + end, 0n));
}

/** Subject `v1` has a comment of Alice's that everybody knows, in every cache that intake asks. */
async function known(): Promise<bigint> {
  await bench.startJob(commentJob);
  const id = await bench.post(alice, 'known');
  await bench.applied(alice, id);
  await eventually(() => react(bob, id, Reaction.NONE));
  await eventually(async () => expect((await bench.list(bob)).subject?.counts?.all).toBe(1n));
  await bench.stopJob();
  return id;
}

/** Alice posts, and changes what she posted and what was there. */
async function live(old: bigint) {
  const root = await bench.post(alice, 'root', { key: 'k1' });
  const reply = await bench.post(alice, 'reply', { parentId: root });
  const below = await bench.post(alice, 'to what all know', { parentId: old });
  await edit(root, 'edited');
  await edit(old, 'first');
  await edit(old, 'last');
  await react(alice, root, Reaction.LIKE);
  await react(bob, old, Reaction.DISLIKE);
  await react(bob, old, Reaction.LIKE);
  await remove(below);
  return { root, reply, below };
}

/** What `live` leaves when the writer is back. */
async function expectLived(old: bigint, { root, reply, below }: Awaited<ReturnType<typeof live>>) {
  await bench.startJob(commentJob);
  for (const id of [root, reply]) await bench.applied(alice, id);
  await eventually(async () => {
    const shown = async (id: bigint) => (await bench.get(bob, id)).comment;
    expect(await shown(root)).toMatchObject({ text: 'edited', likes: 1n, replyCount: 1n, floor: 2n });
    expect(await shown(old)).toMatchObject({ text: 'last', likes: 1n, dislikes: 0n, replyCount: 0n });
    expect(await shown(reply)).toMatchObject({ state: CommentState.VISIBLE, floor: 1n });
    expect(await refusal(bench.get(bob, below))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  });
  const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
  expect(await findCommentFaults(sql)).toEqual([]);
  const ends = await bench.platform.ports.events.endOffsets(`${COMMANDS_TOPIC}.dead`);
  expect(ends.every((end) => end === 0n)).toBe(true);
}

describe('while the log is away', () => {
  it('everything is accepted, seen by its author, and applied when it is back', async () => {
    const old = await known();
    const before = await commandsInLog();
    outages.log = 'refuses';
    const lived = await live(old);
    expect(await commandsInLog()).toBe(before);
    expect((await bench.get(alice, lived.root)).comment).toMatchObject({
      text: 'edited',
      state: CommentState.PENDING,
    });
    await expectLived(old, lived);
  });

  it('and answers only when it is too late, each command is applied once', async () => {
    const old = await known();
    outages.log = 'hangs';
    const lived = await live(old);
    const late = await outages.letGo();
    expect(late).toBeGreaterThan(0);
    await expectLived(old, lived);
  }, 20_000);

  it('a retry under the same key gets the same answer', async () => {
    outages.log = 'refuses';
    const id = await bench.post(alice, 'once', { key: 'k' });
    outages.log = 'there';
    expect(await bench.post(alice, 'once', { key: 'k' })).toBe(id);
    expect(await commandsInLog()).toBe(0);
    await bench.startJob(commentJob);
    expect(await bench.applied(alice, id)).toMatchObject({ floor: 1n });
  });

  it('the metric tells the doors apart', async () => {
    await bench.post(alice, 'one');
    outages.log = 'refuses';
    await bench.post(alice, 'two');
    await bench.post(alice, 'three');
    const text = await bench.platform.metrics.text();
    expect(text).toContain('storey_comment_accepted_total{door="log",app="comment-service"} 1');
    expect(text).toContain('storey_comment_accepted_total{door="database",app="comment-service"} 2');
  });
});

describe('while both are away', () => {
  it('nothing is accepted and nothing left behind: the same key works afterwards', async () => {
    await known();
    Object.assign(outages, { log: 'refuses', database: 'refuses' });
    const refused = await refusal(bench.post(alice, 'Hello', { key: 'k' }));
    expect(refused).toMatchObject({ kind: 'unavailable' });
    Object.assign(outages, { log: 'there', database: 'there' });
    // Not even the mark of a duplicate is left of the first attempt.
    const id = await bench.post(alice, 'Hello', { key: 'k' });
    await bench.startJob(commentJob);
    expect(await bench.applied(alice, id)).toMatchObject({ floor: 2n });
    await eventually(async () => expect((await bench.list(bob)).subject?.counts?.all).toBe(2n));
  });
});

describe('while the database is away', () => {
  it('everything about what caches know is accepted, and appears when it is back', async () => {
    const old = await known();
    outages.database = 'refuses';
    const lived = await live(old);
    outages.database = 'there';
    await expectLived(old, lived);
  });

  it('what can’t be judged is refused clearly, and leaves nothing behind', async () => {
    const old = await known();
    const before = await commandsInLog();
    outages.database = 'refuses';
    await bench.platform.ports.kvCache.flush();
    for (const call of [
      bench.post(alice, 'a', { key: 'k' }),
      react(bob, old, Reaction.LIKE),
      edit(old, 'e'),
    ]) {
      expect(await refusal(call)).toMatchObject({ kind: 'unavailable' });
    }
    expect(await commandsInLog()).toBe(before);
    outages.database = 'there';
    await bench.post(alice, 'a', { key: 'k' });
  });
});

describe('every 202 ends', () => {
  const watched = async (of: Bench, outcome: string): Promise<string | undefined> =>
    (await of.platform.metrics.text())
      .split('\n')
      .find((line) => line.startsWith(`storey_comment_watched_total{outcome="${outcome}"`))
      ?.split(' ')[1];

  it('or is told of after five minutes', async () => {
    const clock = new FakeClock(Date.now());
    const waiting = await Bench.open({ clock });
    await waiting.post(alice, 'applied');
    await waiting.startJob(commentJob);
    await eventually(async () => expect((await waiting.list(bob)).comments).toHaveLength(1));
    await waiting.stopJob();
    await waiting.post(alice, 'not applied');
    for (let minute = 0; minute < 6; minute += 1) await clock.advance(60_000);
    await eventually(async () =>
      expect([await watched(waiting, 'applied'), await watched(waiting, 'late')]).toEqual(['1', '1']),
    );
    await waiting.close();
  });
});

describe('readiness', () => {
  it.each(['log', 'database'])('does not ask for both doors: without the %s', async (door) => {
    const { ports, health } = bench.platform;
    const closed = door === 'log' ? ports.events : await ports.sql('comment', commentMigrations);
    closed.ping = () => Promise.reject(new Error('away'));
    expect((await health.readiness()).parts['comment-doors']).toBe('ok');
  });
});
