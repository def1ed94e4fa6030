import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Cache } from '@storey/cache';
import { FakeClock, systemClock } from '@storey/context';
import { lowestIdAt } from '@storey/ids';
import { openKv, type Kv } from '@storey/kv';
import { reconcile, type Outcome } from '@storey/reconcile';
import { openSearch, type Search } from '@storey/search';
import { type Sql } from '@storey/sql';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { sql as raw } from 'kysely';
import {
  Comments,
  chunkId,
  commentCaches,
  commentComparisons,
  commentIndex,
  commentSources,
  hotScore,
  ownReactionsId,
  searchDocument,
  shardOfSubject,
  type CommentCaches,
  type CommentDb,
} from '../src/index.js';
import { CommentState, Reaction, SUBJECT, insertComment, insertSubject, open } from './rows.js';

const shard = shardOfSubject(SUBJECT);
const id = (k: number): bigint => BigInt(k) * 64n + BigInt(shard);
const n = shard % 2;
const [subject, root, reply] = [id(1), id(2), id(3)];
const KEY = `${SUBJECT.type}/${SUBJECT.oid}`;

let folder: TemporaryFolder;
let sql: Sql<CommentDb>;
let search: Search;
let cache: Kv;

/** A liked root with an answer, searchable, and all of it cached. */
beforeEach(async () => {
  folder = temporaryFolder();
  sql = await open();
  search = await openSearch(`sqlite:${join(folder.path, 'search.db')}`, {
    index: commentIndex,
    onError: (error) => expect(error).toBeUndefined(),
  });
  cache = await openKv('memory:');
  await insertSubject(sql, subject, { roots: 1n, all: 2n, rootFloor: 1n });
  const score = hotScore({ likes: 1n, dislikes: 0n, createdAt: 1n });
  await insertComment(sql, subject, { id: root, likes: 1n, score, replies: 1n, reply_floor: 1n });
  await insertComment(sql, subject, { id: reply, root_id: root, parent_id: root });
  const like = { comment_id: root, subject_id: subject, user_id: 1n, value: Reaction.LIKE, version: 1n };
  await sql.transaction((tx) => tx.insertInto(`comment_reaction_${n}`).values(like).execute());
  const page = await new Comments(sql).scan(n, 0n, 10);
  await search.put(page.map(({ record, subjectVersion }) => searchDocument(record, subjectVersion)));
  await fill();
});

afterEach(async () => {
  await sql.close();
  await search.close();
  await cache.close();
  folder.remove();
});

const readersCaches = (): CommentCaches =>
  commentCaches(new Cache(cache, { onError: (e) => expect(e).toBeUndefined() }), commentSources(sql));

/** As readers do. */
async function fill(): Promise<void> {
  const caches = readersCaches();
  await caches.subjects.getMany([KEY]);
  await caches.comments.getMany([root, reply]);
  await caches.places.getMany([chunkId({ subjectId: subject, rootId: 0n }, 0n)]);
}

async function run(repair = false): Promise<readonly Outcome[]> {
  const clock = new FakeClock();
  const outcomes: Outcome[] = [];
  let done = false;
  const onOutcome = (outcome: Outcome): void => void outcomes.push(outcome);
  const running = reconcile(commentComparisons({ sql, clock: systemClock, search, cache }), {
    clock,
    repair,
    onOutcome,
  });
  void running.finally(() => (done = true));
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
  }
  await running;
  return outcomes;
}

const told = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.flatMap(({ differences }) => differences.map(({ kind, id: of }) => `${kind} ${of}`));

const change = (statement: string): Promise<unknown> =>
  sql.transaction((tx) => raw.raw(statement).execute(tx));

it('finds nothing where all is well, with everything cached', async () => {
  expect(await cache.get(`{c:${root}}`)).toBeDefined();
  expect(told(await run())).toEqual([]);
});

it.each([
  [`update comment_count_${n} set likes = 5 where id = ${root}`, `likes ${root}`],
  [`update comment_count_${n} set dislikes = 5 where id = ${root}`, `dislikes ${root}`],
  [`update comment_count_${n} set replies = 0 where id = ${root}`, `root-replies ${root}`],
  [`update comment_count_${n} set replies = 3 where id = ${reply}`, `reply-replies ${reply}`],
  [`update comment_count_${n} set score = 0.25 where id = ${root}`, `score ${root}`],
  [`update comment_index_${n} set shown = 0 where id = ${reply}`, `shown ${reply}`],
  [`update comment_subject_${n} set all_ = 7, roots = 3 where id = ${subject}`, `subject-counts ${subject}`],
])('%s: is told and counted anew', async (breaking, difference) => {
  await change(breaking);
  await cache.flush();
  await fill();
  expect(told(await run())).toContain(difference);
  const outcomes = await run(true);
  expect(told(outcomes)).toEqual([]);
  expect(outcomes.some(({ repaired }) => repaired > 0)).toBe(true);
  expect(told(await run())).toEqual([]);
});

it.each([
  [`update comment_content_${n} set text = 'other' where id = ${reply}`, [`cached-comment ${reply}`]],
  [`update comment_subject_${n} set title = 'other' where id = ${subject}`, [`cached-subject ${KEY}`]],
])('%s: what is cached is old, is told and thrown out', async (breaking, differences) => {
  await change(breaking);
  expect(told(await run())).toEqual(differences);
  expect(told(await run(true))).toEqual([]);
  expect(told(await run())).toEqual([]);
});

it('tells of a cached list that lacks a comment, and throws it out', async () => {
  await insertComment(sql, subject, { id: id(4), floor: 2n });
  await change(`update comment_subject_${n} set root_floor = 2, roots = 2, all_ = 3 where id = ${subject}`);
  expect(told(await run())).toEqual(
    expect.arrayContaining([
      `cached-places ${subject}/0/0`,
      `cached-subject ${KEY}`,
      `search-missing ${id(4)}`,
    ]),
  );
  expect(told(await run(true))).toEqual([]);
});

it('tells of a cached reaction that is another by now, and throws it out', async () => {
  const caches = readersCaches();
  const users = Array.from({ length: 600 }, (_, at) => BigInt(at + 1));
  const rows = users.map((user_id) => ({
    comment_id: reply,
    subject_id: subject,
    user_id,
    value: Reaction.LIKE,
    version: 8n,
  }));
  const like = (values: typeof rows): Promise<unknown> =>
    sql.transaction((tx) =>
      tx
        .insertInto(`comment_reaction_${n}` as 'comment_reaction_0')
        .values(values)
        .execute(),
    );
  await like(rows.slice(0, 599));
  const [of599, of600] = [599n, 600n].map((userId) => ownReactionsId({ userId, subjectId: subject }));
  await caches.reactions.getMany([of599 ?? '', of600 ?? '']);
  const ofReactions = async (repair = false): Promise<readonly string[]> =>
    told(await run(repair)).filter((each) => each.startsWith('cached-reaction'));
  expect(await ofReactions()).toEqual([]);
  await like(rows.slice(599));
  expect(await ofReactions()).toEqual([`cached-reaction ${of600}`]);
  await change(`update comment_reaction_${n} set value = 2, version = 9 where user_id = 599`);
  expect(await ofReactions()).toEqual([`cached-reaction ${of599}`, `cached-reaction ${of600}`]);
  expect(await ofReactions(true)).toEqual([]);
  expect(await ofReactions()).toEqual([]);
});

it('tells of a comment and a subject that are cached as not there, and throws that out', async () => {
  const other = id(7);
  const caches = readersCaches();
  await caches.comments.getMany([other]);
  await insertComment(sql, subject, { id: other, floor: 2n, state: CommentState.IN_REVIEW, shown: 0 });
  expect(told(await run())).toContain(`cached-comment ${other}`);
  expect(told(await run(true))).not.toContain(`cached-comment ${other}`);
  expect(told(await run())).not.toContain(`cached-comment ${other}`);
});

it('does not mind what was known last', async () => {
  const caches = readersCaches();
  await change(`update comment_content_${n} set text = 'other' where id = ${reply}`);
  await caches.comments.invalidate([reply]);
  expect((await caches.comments.lastKnown([reply])).size).toBe(1);
  expect(told(await run())).toEqual([]);
});

it('finds what search lacks and what it alone has', async () => {
  await search.remove([{ id: reply, version: 1n }]);
  const alone = { id: id(9), version: 1n, text: 'x', at: 5, keywords: { author: '9', state: 'visible' } };
  await search.put([alone]);
  const all = told(await run());
  expect(all).toContain(`search-alone ${id(9)}`);
  await run(true);
  expect(told(await run())).not.toContain(`search-alone ${id(9)}`);
});

it('mends no floor and no text', async () => {
  await change(`delete from comment_content_${n} where id = ${reply}`);
  await change(`update comment_index_${n} set floor = 3 where id = ${root}`);
  await cache.flush();
  const [before, after] = [told(await run()), told(await run(true))];
  expect(before).toEqual(expect.arrayContaining([`without-content ${reply}`, `root-floors ${subject}`]));
  expect(after).toEqual(expect.arrayContaining([`without-content ${reply}`, `root-floors ${subject}`]));
});

it('leaves words alone that a comment may yet come for, and tells of those that it never will', async () => {
  const words = (of: bigint) => ({ id: of, text: '', html: '', mentions: '[]' });
  const young = lowestIdAt(Date.now() - 60_000) + BigInt(shard);
  const old = lowestIdAt(Date.now() - 3 * 60 * 60_000) + BigInt(shard);
  await sql.transaction((tx) =>
    tx
      .insertInto(`comment_content_${n}` as 'comment_content_0')
      .values([words(young), words(old)])
      .execute(),
  );
  expect(told(await run())).toEqual([`content-alone ${old}`]);
});

it('tells of a notice that speaks of no comment', async () => {
  const notice = {
    id: 1n,
    user_id: 7n,
    kind: 'reply',
    comment_id: id(99),
    actor_id: 1n,
    at: 1n,
    read: 0,
    cause_id: 0n,
  };
  await sql.transaction((tx) => tx.insertInto('notification_0').values(notice).execute());
  expect(told(await run())).toEqual(['notice-alone 1']);
});
