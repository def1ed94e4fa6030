import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type account, type comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { eventually } from '@storey/testing';
import { openAdminBff, who, type AdminBff } from './open-admin-bff.js';

const wxr = (comments: string): string =>
  `<rss><channel><link>https://blog.example</link><item><title>T</title><wp:post_id>7</wp:post_id>${comments}</item></channel></rss>`;
const one = (id: number, approved = 1): string =>
  `<wp:comment><wp:comment_id>${id}</wp:comment_id><wp:comment_author>Ann</wp:comment_author><wp:comment_content>no. ${id}</wp:comment_content><wp:comment_approved>${approved}</wp:comment_approved><wp:comment_date_gmt>2014-01-14 17:32:12</wp:comment_date_gmt></wp:comment>`;

describe('importing', () => {
  const sent: comment.ImportRequest[] = [];
  let failures = 0;
  let bff: AdminBff;
  beforeAll(async () => {
    bff = await openAdminBff({
      ensureUsers: async ({ people }: account.EnsureUsersRequest) => ({
        users: people.map((_, i) => ({ id: BigInt(i + 1) })),
      }),
      import: async (request: comment.ImportRequest) => {
        if (failures > 0) {
          failures -= 1;
          throw unavailable('the log is away');
        }
        sent.push(request);
        return {
          skipped: request.items
            .filter(({ sourceKey }) => sourceKey === '3')
            .map(({ sourceKey }) => ({ sourceKey, reason: 'is too long' })),
        };
      },
    });
  });
  afterAll(() => bff.close());

  const upload = (
    payload: string,
    as = who('admin'),
    headers: Record<string, string> = { 'content-type': 'application/xml' },
  ) => bff.ask(as, { method: 'POST', url: '/admin/v1/import?format=wxr', payload, headers });

  async function follow(answer: { body: unknown }): Promise<unknown> {
    const { id } = answer.body as { id: string };
    const read = (): Promise<{ body: unknown }> =>
      bff.ask(who('moderator'), { method: 'GET', url: `/admin/v1/imports/${id}` });
    await eventually(async () => expect((await read()).body).not.toMatchObject({ state: 'running' }), {
      timeoutMs: 8000,
    });
    return (await read()).body;
  }

  it('answers at once, and tells what came in, what did not and why', async () => {
    const answer = await upload(wxr(one(1) + one(2, 0) + one(3)));
    expect(answer.status).toBe(202);
    await expect(follow(answer)).resolves.toEqual({
      state: 'done',
      done: 3,
      total: 3,
      skipped: [
        { ref: '2', reason: 'was not approved' },
        { ref: '3', reason: 'is too long' },
      ],
      subjects: ['post/7'],
    });
    expect(sent[0]).toMatchObject({
      source: 'wxr:blog.example',
      items: [
        { sourceKey: '1', authorId: 1n, text: 'no. 1', subject: { type: 'post', oid: '7' } },
        { sourceKey: '3' },
      ],
    });
  });

  it('takes a file larger than any other body', async () => {
    const answer = await upload(wxr(one(1) + `<description>${'x'.repeat(2 * 1024 * 1024)}</description>`));
    await expect(follow(answer)).resolves.toMatchObject({ state: 'done', done: 1 });
  });

  it('waits for a part that is away', async () => {
    failures = 1;
    await expect(follow(await upload(wxr(one(1))))).resolves.toMatchObject({ state: 'done', done: 1 });
    expect(failures).toBe(0);
  });

  it('is for administrators, in a format it knows, and has only the imports there are', async () => {
    expect((await upload(wxr(one(1)), who('moderator'))).status).toBe(403);
    expect((await upload('{}', who('admin'), { 'content-type': 'application/json' })).status).toBe(415);
    const unknownFormat = await bff.ask(who('admin'), { method: 'POST', url: '/admin/v1/import?format=odt' });
    expect(unknownFormat.status).toBe(400);
    const missing = await bff.ask(who('admin'), {
      method: 'GET',
      url: `/admin/v1/imports/${'0'.repeat(32)}`,
    });
    expect(missing.status).toBe(404);
  });
});
