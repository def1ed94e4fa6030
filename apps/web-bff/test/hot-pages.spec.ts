import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentContext, type Principal } from '@storey/context';
import { eventually } from '@storey/testing';
import { CommentsBench, aComment, aSubject, alice, users } from './comments-bench.js';

const PATH = 'subjects/video/BV1/comments?sort=new';
const LIMIT = 20;
/** More reads than make a page hot. */
const MANY = 30;

describe('a page that everybody reads', () => {
  let bench: CommentsBench;
  let version: bigint;
  let failure: Error | undefined;
  beforeEach(async () => {
    version = 1n;
    failure = undefined;
    bench = await CommentsBench.open({
      listComments: () => ({
        subject: aSubject,
        pinned: [],
        comments: Array.from({ length: LIMIT }, (_, at) =>
          aComment({ id: BigInt(at + 1), viewer: viewer() }),
        ),
        nextPosition: new Uint8Array(),
        degraded: [],
        version,
      }),
      viewComments: () => {
        if (failure) throw failure;
        return { differs: false, items: [], degraded: [] };
      },
      batchGetUsers: ({ ids }: { ids: bigint[] }) => users(...ids),
    });
  });
  afterEach(() => bench.close());

  /** What a service would put on a page for somebody, and must not be on one for everybody. */
  function viewer() {
    const { principal } = currentContext();
    return principal && { canDelete: true };
  }

  const read = (headers: Record<string, string> = {}, path = PATH) =>
    bench.request({ method: 'GET', url: `/web/v1/${path}`, headers });
  const loads = (): number => bench.requestsOf('listComments').length;

  async function heat(): Promise<void> {
    for (let i = 0; i < MANY; i += 1) await read();
  }

  it('is loaded once for a thousand who come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 1000 }, () => read()));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(loads()).toBe(1);
    expect(bench.requestsOf('batchGetUsers')).toHaveLength(1);
  });

  it('is answered without any call while it is hot, with all that it is answered with otherwise', async () => {
    const cold = await read();
    await heat();
    const before = bench.calls.length;
    const hits = bench.pages.counts.fresh;
    const hot = await read();
    expect(bench.pages.counts.fresh).toBe(hits + 1);
    expect(bench.calls).toHaveLength(before);
    expect([hot.statusCode, hot.body]).toEqual([200, cold.body]);
    const { date: _, ...headers } = cold.headers;
    expect(hot.headers).toMatchObject(headers);
    expect(hot.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(hot.body)),
      'cache-control': 'private, no-cache',
      vary: 'authorization, accept-encoding',
    });
  });

  it('is answered before the framework sees the request, in the spellings that it has judged', async () => {
    await heat();
    const routedFor = async (
      who: Principal | undefined,
      headers: Record<string, string>,
      method: 'GET' | 'HEAD' | 'POST' = 'GET',
      path = PATH,
    ) => {
      const before = bench.routed;
      await bench.request({ method, url: `/web/v1/${path}`, headers }, who);
      return bench.routed - before;
    };
    for (const who of [undefined, alice]) {
      await bench.get(PATH, who);
      expect(await routedFor(who, {})).toBe(0);
      expect(await routedFor(who, {}, 'HEAD')).toBe(0);
      expect(await routedFor(who, {}, 'POST')).toBe(1);
      expect(await routedFor(who, { 'content-length': '2' })).toBe(1);
      expect(await routedFor(who, { 'transfer-encoding': 'chunked' })).toBe(1);
      expect(await routedFor(who, { 'x-client-date': '2026-01-01' })).toBe(1);
      expect(await routedFor(who, { 'x-internal-token': 'x' })).toBe(1);
    }
    const spelling = 'subjects/video/BV1/comments?limit=20&sort=new';
    expect(await routedFor(undefined, {}, 'GET', spelling)).toBe(1);
    expect(await routedFor(undefined, {}, 'GET', spelling)).toBe(0);
    const long = `${PATH}${'&'.repeat(512)}`;
    for (let times = 0; times < 2; times += 1) expect(await routedFor(undefined, {}, 'GET', long)).toBe(1);
  });

  it('is 304 to who has it, hot or not, signed in or not, and the whole to who has another', async () => {
    for (const temperature of ['cold', 'hot']) {
      if (temperature === 'hot') await heat();
      for (const who of [undefined, alice]) {
        const ask = (tag: string) =>
          bench.request(
            { method: 'GET', url: `/web/v1/${PATH}`, headers: { 'if-none-match': `"x", ${tag}` } },
            who,
          );
        const { etag } = (await ask('"y"')).headers;
        const again = await ask(String(etag));
        expect([again.statusCode, again.body]).toEqual([304, '']);
        expect(again.headers).toMatchObject({ etag, vary: 'authorization, accept-encoding' });
        expect(again.headers).not.toHaveProperty('content-length');
      }
    }
  });

  it('has only a head to HEAD', async () => {
    const whole = await read();
    const head = await bench.request({ method: 'HEAD', url: `/web/v1/${PATH}` });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'content-length', 'content-type'])
      expect(head.headers[name]).toBe(whole.headers[name]);
  });

  it('is compressed for those who like that, and says the same under the same name', async () => {
    const plain = await read();
    await heat();
    const compressed = await eventually(async () => {
      const answer = await read({ 'accept-encoding': 'gzip, br' });
      expect(answer.headers['content-encoding']).toBe('br');
      return answer;
    });
    expect(brotliDecompressSync(compressed.rawPayload).toString()).toBe(plain.body);
    expect(compressed.headers.etag).toBe(plain.headers.etag);
    expect(compressed.headers['content-length']).toBe(String(compressed.rawPayload.length));
    const usual = await read({ 'accept-encoding': 'br', 'x-client-date': '2026-01-01' });
    expect(usual.headers['content-encoding']).toBe('br');
    expect((await read()).headers).not.toHaveProperty('content-encoding');
  });

  it('is never compressed for somebody signed in', async () => {
    await heat();
    const headers = { 'accept-encoding': 'br' };
    for (let i = 0; i < 3; i += 1) {
      const answer = await bench.request({ method: 'GET', url: `/web/v1/${PATH}`, headers }, alice);
      expect(answer.headers).not.toHaveProperty('content-encoding');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  it('never has what one reader may do, though he was the first to ask', async () => {
    for (let i = 0; i < MANY; i += 1) await bench.get(PATH, alice);
    expect((await read()).body).not.toContain('canDelete');
    expect((await bench.get(PATH, alice)).body).not.toContain('"canDelete":true');
    expect(bench.pages.counts.fresh).toBeGreaterThan(0);
  });

  it('is what it has become as soon as it is heard that it changed', async () => {
    await heat();
    version = 2n;
    bench.pages.changed('video/BV1', { version, atOnce: true });
    const before = loads();
    await read();
    expect(loads()).toBe(before + 1);
  });

  it('is one call for his own to somebody signed in, whose failure is his answer', async () => {
    await heat();
    const before = bench.calls.length;
    const answer = await bench.get(PATH, alice);
    expect([answer.statusCode, answer.json().comments[0].viewer.reaction]).toEqual([200, 'none']);
    expect(bench.calls.slice(before).map(([method]) => method)).toEqual(['viewComments']);
    failure = new Error('a defect');
    const failed = await bench.get(PATH, alice);
    expect([failed.statusCode, failed.json().code]).toEqual([500, 'COMMON_INTERNAL']);
  });

  it('is kept from nobody without a token of the gateway, nor its mistakes from anybody', async () => {
    await heat();
    const stranger = await read({ 'x-internal-token': 'x' });
    expect([stranger.statusCode, stranger.json().code]).toEqual([401, 'GATEWAY_TOKEN_INVALID']);
    for (const wrong of [
      `${PATH}&limit=0`,
      `${PATH}&cursor=zzz`,
      'subjects/Video/BV1/comments',
      `${PATH}&floor=0`,
    ]) {
      const answer = await read({}, wrong);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([
        400,
        expect.stringContaining('problem+json'),
      ]);
    }
  });
});
