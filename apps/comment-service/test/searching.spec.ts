import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Comments,
  Listings,
  commentIndex,
  commentMigrations,
  searchDocument,
  type CommentDb,
} from '@storey/comment';
import { runInContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Search } from '@storey/search';
import { eventually } from '@storey/testing';
import { IndexWalk } from '../src/searching/index-walk.js';
import { ListWalk } from '../src/searching/list-walk.js';
import { SearchComments } from '../src/searching/search-comments.js';
import { searchRequest } from '../src/searching/search-request.js';
import { Bench, SLOW, alice, bob, moderator, person, refusal } from './bench.js';
import { commentJob } from './job.js';

type Asked = Partial<Omit<comment.SearchCommentsRequest, '$typeName'>>;

const { CommentState, SearchOrder } = comment;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterAll(() => bench.close());

let subjects = 0;
const newOid = (): string => `search-${(subjects += 1)}`;

const search = (asked: Asked, as = moderator): Promise<comment.SearchCommentsReply> =>
  bench.as(as, (client) => client.searchComments({ limit: 20, ...asked }, SLOW));

const idsOf = ({ hits }: comment.SearchCommentsReply): readonly bigint[] =>
  hits.map((hit) => hit.comment?.id ?? 0n);

const found = async (asked: Asked, ids: readonly bigint[]): Promise<void> => {
  await eventually(async () => expect(idsOf(await search(asked))).toEqual(ids), { timeoutMs: 5000 });
};

describe('searching', () => {
  it('is for moderators', async () => {
    for (const who of [alice, undefined]) {
      const refused = await refusal(bench.as(who, (client) => client.searchComments({ limit: 1 }, SLOW)));
      expect(refused).toMatchObject({ kind: who ? 'forbidden' : 'unauthenticated' });
    }
  });

  it('finds by words, author, subject and time, and marks what it found', async () => {
    const oid = newOid();
    const one = await bench.post(alice, '这个视频 <b>很好看</b>', { oid });
    const two = await bench.post(bob, '很好看的视频', { oid });
    const here = { subjectType: 'video', subjectOid: oid };
    await found({ ...here, query: '好看', order: SearchOrder.OLD }, [one, two]);
    const { hits, degraded } = await search({ ...here, query: '好看', authorId: BigInt(alice.userId) });
    expect(hits).toMatchObject([
      {
        comment: { id: one, state: CommentState.VISIBLE },
        highlight: '这个视频 &lt;b&gt;很<em>好看</em>&lt;/b&gt;',
      },
    ]);
    expect(degraded).toEqual([]);
    const at = hits[0]?.comment?.createdAtMs ?? 0n;
    expect(idsOf(await search({ ...here, toMs: at - 1n }))).toEqual([]);
    expect(idsOf(await search({ ...here, fromMs: at, toMs: at, authorId: BigInt(alice.userId) }))).toEqual([
      one,
    ]);
    expect((await search(here)).hits.map(({ highlight }) => highlight)).toEqual(['', '']);
  });

  it('shows deleted ones to who asks for them, words and author too, and to nobody else', async () => {
    const oid = newOid();
    const id = await bench.post(alice, 'to be forgotten', { oid });
    await bench.applied(alice, id);
    await bench.as(alice, (client) => client.delete({ id }, SLOW));
    const here = { subjectOid: oid };
    await found({ ...here, states: [CommentState.DELETED] }, [id]);
    expect((await search({ ...here, states: [CommentState.DELETED] })).hits).toMatchObject([
      { comment: { id, text: 'to be forgotten', authorId: BigInt(alice.userId) } },
    ]);
    expect(idsOf(await search(here))).toEqual([]);
    expect(idsOf(await search({ query: 'forgotten' }))).toEqual([]);
  });

  it('walks to the end, each once', async () => {
    const oid = newOid();
    const ids = new Set<bigint>();
    for (let i = 0; i < 13; i += 1) ids.add(await bench.post(person(200 + i), `number ${i}`, { oid }));
    const here = { subjectOid: oid, query: 'number' };
    await eventually(async () => expect((await search({ ...here, limit: 50 })).hits).toHaveLength(13), {
      timeoutMs: 5000,
    });
    for (const order of [SearchOrder.RELEVANCE, SearchOrder.NEW, SearchOrder.OLD]) {
      const walked: bigint[] = [];
      let position: Uint8Array = new Uint8Array();
      do {
        const page = await search({ ...here, order, position, limit: 4 });
        walked.push(...idsOf(page));
        position = page.nextPosition;
      } while (position.length > 0 && walked.length < 50);
      expect(walked.length).toBe(13);
      expect(new Set(walked)).toEqual(ids);
    }
  });

  it.each([new Uint8Array([2]), new Uint8Array([1]), new Uint8Array([0, 1, 2])])(
    'refuses the position %p',
    async (position) => {
      const refused = await refusal(search({ query: 'x', position }));
      expect(refused).toMatchObject({ code: 'COMMON_CURSOR_INVALID' });
    },
  );

  it.each([{ limit: 0 }, { limit: 51 }, { query: 'x'.repeat(65) }])('refuses %j', async (asked) => {
    expect(await refusal(search(asked))).toMatchObject({ kind: 'invalid' });
  });
});

describe('what the index says', () => {
  const request = (asked: Asked) =>
    searchRequest({
      query: '',
      authorId: 0n,
      subjectType: '',
      subjectOid: '',
      states: [],
      order: SearchOrder.UNSPECIFIED,
      position: new Uint8Array(),
      limit: 20,
      ...asked,
    } as comment.SearchCommentsRequest);
  const asModerator = <T>(run: () => Promise<T>): Promise<T> =>
    runInContext({ traceId: 'f'.repeat(32), priority: 'critical', principal: moderator }, run);

  async function over(index: Pick<Search, 'find'>): Promise<SearchComments> {
    const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
    const comments = new Comments(sql);
    const records = {
      subject: async ({ type, oid }: { type: string; oid: string }) => {
        const listed = await bench.list(moderator, { oid });
        return { type, oid, id: listed.subject?.id ?? 0n } as never;
      },
      storedComments: (ids: readonly bigint[]) => comments.byIds(ids),
    };
    const list = new ListWalk(new Listings(sql), records);
    return new SearchComments(new IndexWalk(index as Search, comments), list, bench.platform.clock);
  }

  it('is left out when the database knows better, and the page is filled up', async () => {
    const oid = newOid();
    const ids: bigint[] = [];
    for (let i = 0; i < 6; i += 1) ids.push(await bench.post(person(300 + i), `stale ${i}`, { oid }));
    for (const [i, id] of ids.entries()) await bench.applied(person(300 + i), id);
    // What the index still believes when its consumer is behind.
    for (const i of [5, 4, 3]) {
      await bench.as(person(300 + i), (client) => client.delete({ id: ids[i] ?? 0n }, SLOW));
    }
    const stale = await bench.platform.ports.search(commentIndex);
    await found({ subjectOid: oid }, [ids[2], ids[1], ids[0]] as bigint[]);
    const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
    for (const [id, record] of await new Comments(sql).byIds(ids)) {
      const believed = { ...record, state: CommentState.VISIBLE };
      await stale.put([{ ...searchDocument(believed, 1_000_000n), id }]);
    }
    const page = await search({ subjectOid: oid, limit: 2 });
    expect(idsOf(page)).toEqual([ids[2], ids[1]]);
    const rest = await search({ subjectOid: oid, limit: 2, position: page.nextPosition });
    expect([idsOf(rest), rest.nextPosition]).toEqual([[ids[0]], new Uint8Array()]);
  });

  it('is done without for one subject, and the answer says so', async () => {
    const oid = newOid();
    const ids: bigint[] = [];
    for (let i = 0; i < 5; i += 1)
      ids.push(await bench.post(person(400 + i), i === 2 ? 'other' : `这 word ${i}`, { oid }));
    for (const [i, id] of ids.entries()) await bench.applied(person(400 + i), id);
    const away = await over({ find: () => Promise.reject(unavailable('away')) });
    const here = { subjectType: 'video', subjectOid: oid, query: 'word 这', limit: 3 };
    const first = await asModerator(() => away.execute(request(here), new Uint8Array()));
    expect(first.degraded).toEqual(['search']);
    expect(first.hits.map((hit) => hit.comment.id)).toEqual([ids[4], ids[3], ids[1]]);
    expect(first.hits[0]?.highlight).toBe('<em>这</em> <em>word</em> 4');
    // The walk goes on as it began, also when the index is there again.
    const back = await over(await bench.platform.ports.search(commentIndex));
    const second = await asModerator(() => back.execute(request(here), first.nextPosition));
    expect(second).toMatchObject({ hits: [{ comment: { id: ids[0] } }], degraded: ['search'] });
    expect(second.nextPosition).toEqual(new Uint8Array());
  });

  it.each<Asked>([
    { query: 'word' },
    { query: 'word', subjectType: 'video' },
    { authorId: 1n },
    { subjectType: 'video', subjectOid: 'v1', states: [CommentState.DELETED] },
    { subjectType: 'video', subjectOid: 'v1', position: new Uint8Array([0, ...new Uint8Array(18)]) },
  ])('is not done without for %j', async (asked) => {
    const away = await over({ find: () => Promise.reject(unavailable('away')) });
    const refused = await refusal(
      asModerator(() => away.execute(request(asked), asked.position ?? new Uint8Array())),
    );
    expect(refused).toMatchObject({ kind: 'unavailable', details: { retryAfterSeconds: 1 } });
  });
});
