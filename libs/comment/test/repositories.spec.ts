import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteAdapter, type Kysely } from 'kysely';
import { forEachTable, shardSpan, tableFor, type Sql } from '@storey/sql';
import {
  Comments,
  Imports,
  Listings,
  Notifications,
  Rankings,
  Reactions,
  Subjects,
  commentMigrations,
  hotScore,
  chunkId,
  ownReactionsId,
  shardOfSubject,
  subjectKey,
  type CommentDb,
  type NotificationRecord,
} from '../src/index.js';
import { SUBJECT, insertComment, insertSubject, open } from './rows.js';

const shard = BigInt(shardOfSubject(SUBJECT));
const id = (n: number): bigint => BigInt(n) * 64n + shard;
const subjectId = id(1);

let sql: Sql<CommentDb>;

beforeEach(async () => {
  sql = await open();
  await insertSubject(sql, subjectId);
});

afterEach(() => sql.close());

const root = (n: number, more = {}): Promise<void> =>
  insertComment(sql, subjectId, { id: id(100 + n), floor: BigInt(n), ...more });
const reply = (n: number, rootId: bigint, more = {}): Promise<void> =>
  insertComment(sql, subjectId, { id: id(200 + n), floor: BigInt(n), root_id: rootId, ...more });

describe('Listings', () => {
  it('page by floor in both orders, shown ones only, going on behind a floor', async () => {
    for (const n of [1, 2, 3, 4, 5]) await root(n, n === 3 ? { shown: 0 } : {});
    const listings = new Listings(sql);
    const floors = async (page: { order: 'new' | 'old'; after?: bigint; limit: number }) =>
      (await listings.page({ subjectId, rootId: 0n, ...page })).map(({ floor }) => floor);
    expect(await floors({ order: 'new', limit: 2 })).toEqual([5n, 4n]);
    expect(await floors({ order: 'new', after: 4n, limit: 9 })).toEqual([2n, 1n]);
    expect(await floors({ order: 'old', limit: 3 })).toEqual([1n, 2n, 4n]);
    expect(await floors({ order: 'old', after: 3n, limit: 9 })).toEqual([4n, 5n]);
  });

  it('are read in chunks of 64 floors, of many lists at once, also where nothing is shown', async () => {
    for (const n of [1, 2, 64, 65, 66, 200]) await root(n, n === 2 ? { shown: 0 } : {});
    for (const n of [1, 65]) await reply(n, id(101), { id: id(400 + n) });
    const roots = { subjectId, rootId: 0n };
    const chunks = await new Listings(sql).chunks([
      { ...roots, chunk: 0n },
      { ...roots, chunk: 1n },
      { ...roots, chunk: 2n },
      { subjectId, rootId: id(101), chunk: 0n },
      { subjectId, rootId: id(165), chunk: 0n },
      { subjectId: subjectId + 1n, rootId: 0n, chunk: 0n },
    ]);
    const floorsOf = [...chunks].map(([name, places]) => [name, places.map(({ floor }) => floor)]);
    expect(floorsOf).toEqual([
      [chunkId(roots, 0n), [1n, 64n]],
      [chunkId(roots, 1n), [65n, 66n]],
      [chunkId(roots, 2n), []],
      [chunkId({ subjectId, rootId: id(101) }, 0n), [1n]],
      [chunkId({ subjectId, rootId: id(165) }, 0n), []],
      [chunkId({ subjectId: subjectId + 1n, rootId: 0n }, 0n), []],
    ]);
    const second = [65, 66].map((n) => ({ id: id(100 + n), floor: BigInt(n) }));
    expect(chunks.get(chunkId(roots, 1n))).toEqual(second);
  });
});

describe('Rankings', () => {
  it('are by score, ties newest first, without what nobody likes', async () => {
    const scores = [0.5, 0.7, 0, 0.5];
    for (const [at, score] of scores.entries()) await root(at + 1, { score, likes: 1n });
    expect(await new Rankings(sql).of({ subjectId, rootId: 0n })).toEqual([id(102), id(104), id(101)]);
  });
});

describe('scores that were written before they fell with age', () => {
  it('are computed again, of what is ranked alone', async () => {
    const old = { score: 0.9, likes: 40n, dislikes: 3n, created_at: 1_767_225_600_123n };
    await root(1, old);
    await root(2, { ...old, score: 0 });
    const migration = commentMigrations(sql.tables)['0002-hot-score'];
    await sql.transaction(async (tx) => migration?.up(tx));
    const rows = await sql.read
      .selectFrom(tableFor('comment_count', subjectId, sql.tables))
      .select('score')
      .orderBy('id')
      .execute();
    const now = hotScore({ likes: 40n, dislikes: 3n, createdAt: 1_767_225_600_123n });
    expect(rows[0]?.score).toBeCloseTo(now, 9);
    expect(rows[1]?.score).toBe(0);
  });
});

/** MySQL must be told of which table an index is. */
const isSqlite = (db: Kysely<CommentDb>): boolean => db.getExecutor().adapter instanceof SqliteAdapter;

describe('reactions that were written before they said where', () => {
  it('are under the subject of their comment', async () => {
    const table = tableFor('comment_reaction', subjectId, sql.tables);
    await root(1);
    const [known, lost] = [id(101), id(102)];
    const row = { subject_id: 0n, user_id: 7n, value: 2, version: 9n };
    await sql.transaction(async (tx) => {
      await tx
        .insertInto(table)
        .values([known, lost].map((comment_id) => ({ ...row, comment_id })))
        .execute();
      await forEachTable(sql.tables, async (n) => {
        const old = `comment_reaction_${n}`;
        const index = tx.schema.dropIndex(`${old}_by_user`);
        await (isSqlite(tx) ? index : index.on(old)).execute();
        await tx.schema.alterTable(old).dropColumn('subject_id').execute();
      });
      await commentMigrations(sql.tables)['0010-reactions-by-user']?.up(tx);
    });
    const rows = await sql.read.selectFrom(table).select(['comment_id', 'subject_id']).execute();
    expect(new Map(rows.map(({ comment_id, subject_id }) => [comment_id, subject_id]))).toEqual(
      new Map([
        [known, subjectId],
        [lost, 0n],
      ]),
    );
  });
});

describe('Comments', () => {
  it('are found by id, whatever their shard, with words and counts', async () => {
    await root(1, { likes: 3n });
    const found = await new Comments(sql).byIds([id(101), id(101) + 1n, id(999)]);
    expect([...found.keys()]).toEqual([id(101)]);
    expect(found.get(id(101))).toMatchObject({
      subject: SUBJECT,
      subjectId,
      text: `text ${id(101)}`,
      mentions: [{ userId: 5n, username: 'ann' }],
      likes: 3n,
      floor: 1n,
      shown: true,
    });
  });
});

describe('Subjects', () => {
  it('are found by key; of many, those that exist', async () => {
    const found = await new Subjects(sql).byKeys([SUBJECT, { type: 'video', oid: 'b' }]);
    expect([...found.keys()]).toEqual([subjectKey(SUBJECT)]);
    expect(found.get('video/a')).toMatchObject({ id: subjectId, roots: 0n, minLevel: 0 });
  });

  it('have some that was written under, where there is one', async () => {
    const subjects = new Subjects(sql);
    expect(await subjects.any()).toEqual(SUBJECT);
    const table = tableFor('comment_subject', subjectId, sql.tables);
    await sql.transaction((tx) => tx.deleteFrom(table).execute());
    expect(await subjects.any()).toBeUndefined();
  });
});

describe('Reactions', () => {
  it('of one user are found by comment', async () => {
    const table = tableFor('comment_reaction', id(101), sql.tables);
    const row = { comment_id: id(101), subject_id: subjectId, value: 2, version: 7n };
    await sql.transaction((tx) =>
      tx
        .insertInto(table)
        .values([
          { ...row, user_id: 1n },
          { ...row, user_id: 2n, value: 3 },
        ])
        .execute(),
    );
    const found = await new Reactions(sql).of(1n, [id(101), id(102)]);
    expect([...found]).toEqual([[id(101), { value: 2, version: 7n }]]);
    const asked = [1n, 2n, 3n].flatMap((userId) =>
      [subjectId, id(2)].map((subjectId) => ({ userId, subjectId })),
    );
    const own = (value: number) => ({ byComment: new Map([[id(101), { value, version: 7n }]]), from: 0n });
    expect([...(await new Reactions(sql).under(asked))]).toEqual([
      [ownReactionsId({ userId: 1n, subjectId }), own(2)],
      [ownReactionsId({ userId: 2n, subjectId }), own(3)],
    ]);
  });

  it('of one user under one subject are the latest 500, of however many are asked for at once', async () => {
    const table = tableFor('comment_reaction', subjectId, sql.tables);
    const row = { subject_id: subjectId, user_id: 7n, value: 2, version: 9n };
    const rows = Array.from({ length: 502 }, (_, n) => ({ ...row, comment_id: id(1000 + n) }));
    await sql.transaction((tx) => tx.insertInto(table).values(rows).execute());
    const asked = Array.from({ length: 150 }, (_, n) => ({ userId: BigInt(n), subjectId }));
    const found = await new Reactions(sql).under(asked);
    expect([...found.keys()]).toEqual([ownReactionsId({ userId: 7n, subjectId })]);
    const own = found.get(ownReactionsId({ userId: 7n, subjectId }));
    expect([own?.byComment.size, own?.from]).toEqual([500, id(1002)]);
    expect([own?.byComment.has(id(1001)), own?.byComment.has(id(1002))]).toEqual([false, true]);
  });
});

describe('Imports', () => {
  it('know which items became which comment', async () => {
    const item = { source: 's', source_key: 'a', comment_id: 5n };
    await sql.transaction((tx) => tx.insertInto('import_item').values(item).execute());
    expect([...(await new Imports(sql).known('s', ['a', 'b']))]).toEqual([['a', 5n]]);
    expect((await new Imports(sql).known('other', ['a'])).size).toBe(0);
  });
});

describe('Notifications', () => {
  const notice = (n: number, more: Partial<NotificationRecord> = {}): NotificationRecord => ({
    id: BigInt(n),
    userId: 1n,
    kind: 'reply',
    commentId: BigInt(n),
    actorId: 2n,
    at: 1n,
    read: false,
    ...more,
  });

  it('page from the newest, each once per comment and kind, for their user alone', async () => {
    const notifications = new Notifications(sql);
    await notifications.add([notice(1), notice(2), notice(3), notice(4, { userId: 77n })]);
    await notifications.add([notice(9, { commentId: 3n }), notice(5, { commentId: 3n, kind: 'mention' })]);
    const ids = async (before?: bigint) => {
      const page = { limit: 2, ...(before !== undefined && { before }) };
      return (await notifications.page(1n, page)).map((record) => record.id);
    };
    expect(await ids()).toEqual([5n, 3n]);
    expect(await ids(3n)).toEqual([2n, 1n]);
  });

  it('are read up to the one that was seen, in any number', async () => {
    const notifications = new Notifications(sql);
    const all = Array.from({ length: 1_200 }, (_, n) => notice(n + 1));
    await notifications.add(all);
    await notifications.markRead(1n, 1_100n);
    expect(await notifications.unread(1n, 1_000)).toHaveLength(100);
    await notifications.markRead(1n, 10n);
    expect(await notifications.unread(1n, 1_000)).toHaveLength(100);
  });
});

it('no statement visits two shards', async () => {
  const statements: string[] = [];
  await sql.close();
  sql = await open((text) => statements.push(text));
  await new Comments(sql).byIds([1n, 2n, 3n, 4n]);
  await new Subjects(sql).byKeys(['a', 'b', 'c', 'd'].map((oid) => ({ type: 'video', oid })));
  await new Reactions(sql).of(1n, [1n, 2n]);
  await new Reactions(sql).under([1n, 2n, 3n].map((subjectId) => ({ userId: 1n, subjectId })));
  await new Listings(sql).chunks([1n, 2n, 3n].map((subjectId) => ({ subjectId, rootId: 0n, chunk: 0n })));
  const bases = ['comment_index', 'comment_subject', 'comment_content', 'comment_count', 'comment_reaction'];
  const reads = statements.filter((text) => text.startsWith('select'));
  expect(Math.max(...reads.map((text) => shardSpan(text, bases)))).toBe(1);
});
