import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { uniqueName, type Client, type Json } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { expectProblem } from '../support/expect-problem.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';

const PATH = '/admin/v1/comments';

describe('searching comments', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  let root: Client;
  const commenting = new Commenting(() => product);
  const { anyone } = commenting;
  const posted: Commenting['posted'] = (...args) => commenting.posted(...args);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await anyone().register();
    bob = await anyone().register();
    root = await anyone().login('root', 'correct horse battery');
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const oidOf = (path: string): string => path.split('/').at(-1) ?? '';
  const queryOf = (query: Readonly<Record<string, string>>): string =>
    `${PATH}?${new URLSearchParams(query).toString()}`;
  const search = async (query: Readonly<Record<string, string>>): Promise<Json> => {
    const answer = await root.get(queryOf(query));
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
    return answer.body;
  };
  const idsOf = (page: Json): string[] => page.comments.map(({ id }: Json) => id);
  const found = (query: Readonly<Record<string, string>>, ids: readonly string[]): Promise<void> =>
    soon(async () => expect(idsOf(await search(query))).toEqual(ids));

  it('finds by two Chinese characters within three seconds of the post', async () => {
    const path = newSubject();
    await posted(bob, path, '别的事情');
    const begin = performance.now();
    const { id } = await commenting.post(ann, path, '我觉得这个视频很好看！');
    const query = { q: '好看', oid: oidOf(path) };
    await eventually(async () => expect(idsOf(await search(query))).toEqual([id]), {
      timeoutMs: 10_000,
      everyMs: 20,
    });
    expect(performance.now() - begin).toBeLessThan(3000);
    const [comment] = (await search(query)).comments;
    expect(comment).toMatchObject({
      id,
      state: 'visible',
      subject: { type: 'video', oid: oidOf(path) },
      author: { id: ann.user?.id },
      text: '我觉得这个视频很好看！',
      highlight: '我觉得这个视频很<em>好看</em>！',
      reportCount: 0,
      reviewReason: null,
    });
  });

  it('finds words whole, whatever their case and width, all of them', async () => {
    const path = newSubject();
    const oid = oidOf(path);
    const { id } = await posted(ann, path, 'Hello, Ｗｏｒｌｄ 世界');
    await found({ q: 'WORLD hello', oid }, [id]);
    await found({ q: 'hello 世界', oid }, [id]);
    for (const q of ['hell', 'hello there', '界世', '!!'])
      expect(idsOf(await search({ q, oid }))).toEqual([]);
    expect((await search({ q: 'world', oid })).comments[0].highlight).toBe('Hello, <em>Ｗｏｒｌｄ</em> 世界');
  });

  it('marks what it found and escapes the rest', async () => {
    const path = newSubject();
    const { id } = await posted(ann, path, '<script>alert("危险")</script> <em>危险</em>');
    await found({ q: '危险', oid: oidOf(path) }, [id]);
    const [{ highlight }] = (await search({ q: '危险 <em>', oid: oidOf(path) })).comments;
    expect(highlight).toBe(
      '&lt;script&gt;alert(&quot;<em>危险</em>&quot;)&lt;/script&gt; &lt;<em>em</em>&gt;<em>危险</em>&lt;/<em>em</em>&gt;',
    );
  });

  describe('with filters', () => {
    const path = newSubject();
    const oid = oidOf(path);
    let comments: readonly Json[] = [];

    beforeAll(async () => {
      const texts = ['red fish', 'blue fish', 'fish red', 'one red fish with a lot of other things besides'];
      const made: Json[] = [];
      for (const [at, text] of texts.entries()) made.push(await posted(at % 2 ? bob : ann, path, text));
      comments = made;
      await soon(async () => expect((await search({ oid })).comments).toHaveLength(4));
    });

    const ids = (...at: readonly number[]): string[] => at.map((each) => comments[each].id);

    it('lists without words, newest first', async () => {
      const page = await search({ oid });
      expect([idsOf(page), page.nextCursor]).toEqual([ids(3, 2, 1, 0), null]);
      expect(page.comments[0]).not.toHaveProperty('highlight');
      expect(page.degraded).toEqual([]);
    });

    it('holds all of them together', async () => {
      const [first, , third] = comments;
      const author = ann.user?.id ?? '';
      expect(idsOf(await search({ q: 'fish', type: 'video', oid, authorId: author, sort: 'old' }))).toEqual(
        ids(0, 2),
      );
      expect(idsOf(await search({ q: 'fish', type: 'photo', oid }))).toEqual([]);
      expect(idsOf(await search({ oid, from: third.createdAt, sort: 'old' }))).toEqual(ids(2, 3));
      expect(idsOf(await search({ oid, to: first.createdAt }))).toEqual(ids(0));
      expect(idsOf(await search({ oid, state: 'visible', sort: 'old' }))).toEqual(ids(0, 1, 2, 3));
      expect(idsOf(await search({ oid, state: 'hidden' }))).toEqual([]);
    });

    it('sorts by time or by relevance: side by side, then short', async () => {
      expect(idsOf(await search({ q: 'red fish', oid }))).toEqual(ids(0, 3, 2));
      expect(idsOf(await search({ q: 'red fish', oid, sort: 'relevance' }))).toEqual(ids(0, 3, 2));
      expect(idsOf(await search({ q: 'fish', oid, sort: 'new' }))).toEqual(ids(3, 2, 1, 0));
      expect(idsOf(await search({ q: 'fish', oid, sort: 'old' }))).toEqual(ids(0, 1, 2, 3));
    });

    it.each([
      'red* OR blue',
      'oid:x',
      '"red fish',
      'NEAR(red fish)',
      'red AND fish',
      '_exists_:text',
      '%',
      '*:*',
      'red~2 fish^9 +x -y',
    ])('takes %p for plain words', async (q) => {
      const page = await search({ q, oid });
      expect(idsOf(page)).toEqual(q === '"red fish' ? ids(0, 3, 2) : []);
    });

    it('answers a page that has not changed with 304', async () => {
      const first = await root.get(queryOf({ q: 'fish', oid }));
      const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
      expect((await root.get(queryOf({ q: 'fish', oid }), { headers })).status).toBe(304);
    });
  });

  it('is walked to the end, each once, while others write and delete', async () => {
    const path = newSubject();
    const oid = oidOf(path);
    const ids: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const text = i % 3 ? `walk ${'on '.repeat(i)}${i}` : `walk ${i}`;
      ids.push((await commenting.post(ann, path, text)).id);
    }
    await soon(async () => expect((await search({ oid })).comments).toHaveLength(12));
    const gone = ids[5] ?? '';
    const writes: Promise<unknown>[] = [];
    for (const sort of ['relevance', 'new', 'old']) {
      let pages = 0;
      const limit = (): number => {
        pages += 1;
        writes.push(commenting.post(bob, path, `walk late ${sort} ${pages}`));
        if (pages === 2) writes.push(ann.delete(`/web/v1/comments/${gone}`));
        return 5;
      };
      const walked = (await walk(root, PATH, { query: { q: 'walk', oid, sort }, limit })).map(
        ({ id }) => id as string,
      );
      expect(new Set(walked).size).toBe(walked.length);
      const kept = ids.filter((id) => id !== gone);
      expect(walked.filter((id) => kept.includes(id)).toSorted()).toEqual(kept.toSorted());
    }
    await Promise.all(writes);
  });

  it('binds a cursor to its question', async () => {
    const path = newSubject();
    const oid = oidOf(path);
    for (let i = 0; i < 3; i += 1) await commenting.post(ann, path, `bound ${i}`);
    await soon(async () => expect((await search({ oid })).comments).toHaveLength(3));
    const { nextCursor: cursor } = await search({ q: 'bound', oid, limit: '1' });
    expect((await search({ q: 'bound', oid, limit: '2', cursor })).comments).toHaveLength(2);
    for (const other of [{ q: 'bound' }, { q: 'other', oid }, { q: 'bound', oid, sort: 'old' }, { oid }]) {
      expectProblem(await root.get(queryOf({ ...other, cursor })), 400, 'COMMON_CURSOR_INVALID');
    }
    const list = `${path}/comments?sort=new&cursor=${cursor}`;
    expectProblem(await anyone().get(list), 400, 'COMMON_CURSOR_INVALID');
  });

  it('follows an edit, and never shows what is deleted to who does not ask for it', async () => {
    const path = newSubject();
    const oid = oidOf(path);
    const { id } = await posted(ann, path, 'before');
    await found({ q: 'before', oid }, [id]);
    await ann.patch(`/web/v1/comments/${id}`, { text: 'after' });
    await found({ q: 'after', oid }, [id]);
    expect(idsOf(await search({ q: 'before', oid }))).toEqual([]);
    await ann.delete(`/web/v1/comments/${id}`);
    await found({ q: 'after', oid }, []);
    expect(idsOf(await search({ oid }))).toEqual([]);
    await found({ q: 'after', oid, state: 'deleted' }, [id]);
    expect((await search({ oid, state: 'deleted' })).comments[0]).toMatchObject({
      state: 'deleted',
      text: 'after',
      author: { id: ann.user?.id },
    });
  });

  describe('is refused', () => {
    it.each([
      'q=',
      `q=${'x'.repeat(65)}`,
      'q=a&q=b',
      'q[]=a',
      'q=a%00',
      'authorId=me',
      'type=A',
      'oid=a%2Fb',
      'state=gone',
      'from=now',
      'sort=hot',
      'limit=0',
      'limit=51',
      'limit=1e1',
      'offset=3',
      'unknown=1',
      'cursor=zzz',
    ])('with %s', async (query) => {
      const code = query === 'cursor=zzz' ? 'COMMON_CURSOR_INVALID' : 'COMMON_REQUEST_INVALID';
      expectProblem(await root.get(`${PATH}?${query}`), 400, code);
    });

    it('to the anonymous and to users, and is open to moderators', async () => {
      expectProblem(await anyone().get(`${PATH}?q=x`), 401, 'GATEWAY_TOKEN_REQUIRED');
      expectProblem(await ann.get(`${PATH}?q=x`), 403, 'GATEWAY_FORBIDDEN');
      const username = uniqueName();
      const moderator = await anyone().register(username);
      const roles = { roles: ['moderator'] };
      expect((await root.put(`/admin/v1/users/${moderator.user?.id}/roles`, roles)).status).toBe(204);
      await moderator.login(username);
      expect((await moderator.get(`${PATH}?q=x`)).status).toBe(200);
    });
  });
});
