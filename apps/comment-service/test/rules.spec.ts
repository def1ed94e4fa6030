import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commentMigrations, shardOfSubject, type CommentDb } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { tableFor } from '@storey/sql';
import { Bench, SLOW, admin, alice, bob, moderator, refusal } from './bench.js';

const { SubjectState, Reaction } = comment;

let clock: FakeClock;
let bench: Bench;
beforeEach(async () => {
  clock = new FakeClock();
  bench = await Bench.open({ env: { LIMITS: 'on' }, clock });
});
afterEach(() => bench.close());

async function makeSubject(oid: string, columns: { state?: number; minLevel?: number; ownerId?: bigint }) {
  const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
  const shard = shardOfSubject({ type: 'video', oid });
  const row = {
    id: BigInt(64 + shard),
    type: 'video',
    oid,
    state: columns.state ?? SubjectState.OPEN,
    policy_mode: 'post_then_review',
    min_level: columns.minLevel ?? 0,
    owner_id: columns.ownerId ?? 0n,
    title: '',
    url: '',
    roots: 0n,
    all_: 0n,
    root_floor: 0n,
    version: 0n,
    pinned_ids: '',
    changed_by: 0n,
    created_at: 0n,
  };
  await sql.transaction((tx) =>
    tx
      .insertInto(tableFor('comment_subject', shard, sql.tables))
      .values(row)
      .execute(),
  );
}

describe('posting is refused', () => {
  const refused = (...post: Parameters<Bench['post']>) => refusal(bench.post(...post));

  it('to the anonymous', async () => {
    const call = bench.as(undefined, (client) =>
      client.publish({ subject: { type: 'video', oid: 'v1' }, text: 'a' }, SLOW),
    );
    expect(await refusal(call)).toMatchObject({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED' });
  });

  it('for a text of nothing, of too much, and with control characters', async () => {
    for (const text of ['', ' \n ', 'x'.repeat(2001)]) {
      expect(await refused(alice, text)).toMatchObject({
        kind: 'unprocessable',
        code: 'COMMENT_TEXT_INVALID',
      });
    }
    expect(await refused(alice, 'a\u0007')).toMatchObject({
      kind: 'invalid',
      code: 'COMMON_REQUEST_INVALID',
    });
  });

  it('after 20 posts in 10 s, and lets the next one pass when they are 10 s ago', async () => {
    for (let n = 0; n < 20; n += 1) await bench.post(alice, `post ${n}`);
    const error = await refused(alice, 'one more');
    expect(error).toMatchObject({ kind: 'rate_limited', details: { retryAfterSeconds: 10 } });
    await bench.post(bob, 'another user');
    await clock.advance(10_000);
    await bench.post(alice, 'one more');
  });

  it('never for a limit under a key that was let through before', async () => {
    await bench.post(alice, 'kept', { key: 'k' });
    for (let n = 0; n < 19; n += 1) await bench.post(alice, `post ${n}`);
    await bench.post(alice, 'kept', { key: 'k' });
  });

  it.each([SubjectState.READ_ONLY, SubjectState.CLOSED])('under a subject in state %i', async (state) => {
    await makeSubject('shut', { state });
    expect(await refused(alice, 'a', { oid: 'shut' })).toMatchObject({
      kind: 'forbidden',
      code: 'COMMENT_SUBJECT_CLOSED',
    });
  });

  it('below the level that the subject asks for', async () => {
    await makeSubject('elite', { minLevel: 2 });
    expect(await refused(alice, 'a', { oid: 'elite' })).toMatchObject({ code: 'COMMENT_LEVEL_TOO_LOW' });
    await bench.post({ ...alice, level: 2 }, 'a', { oid: 'elite' });
  });

  it('for a parent that is unknown, not visible to me, deleted, or of another subject', async () => {
    const foreign = await bench.post(bob, 'not yet visible to alice');
    for (const parentId of [5n, foreign]) {
      expect(await refused(alice, 'a', { parentId })).toMatchObject({
        kind: 'not_found',
        code: 'COMMENT_PARENT_NOT_FOUND',
      });
    }
    const own = await bench.post(alice, 'mine');
    expect(await refused(alice, 'a', { oid: 'other', parentId: own })).toMatchObject({
      kind: 'unprocessable',
      code: 'COMMENT_PARENT_FOREIGN',
    });
    await bench.as(alice, (client) => client.delete({ id: own }, SLOW));
    expect(await refused(alice, 'a', { parentId: own })).toMatchObject({ code: 'COMMENT_PARENT_NOT_FOUND' });
  });

  it('for saying the same under the same subject within 60 s, naming the first', async () => {
    const first = await bench.post(alice, 'again');
    expect(await refused(alice, '  again ')).toMatchObject({
      kind: 'conflict',
      code: 'COMMENT_DUPLICATE',
      details: { extra: { commentId: String(first) } },
    });
    await bench.post(bob, 'again');
    await bench.post(alice, 'again', { oid: 'v2' });
    await clock.advance(60_000);
    await bench.post(alice, 'again');
  });
});

describe('editing', () => {
  const edit = (who: typeof alice, id: bigint, text = 'new') =>
    bench.as(who, (client) => client.edit({ id, text }, SLOW));

  it('is for the author, for 15 minutes', async () => {
    const id = await bench.post(alice, 'mine');
    await clock.advance(15 * 60_000);
    await edit(alice, id);
    await clock.advance(1);
    expect(await refusal(edit(alice, id))).toMatchObject({ code: 'COMMENT_EDIT_WINDOW_OVER' });
    expect((await bench.get(alice, id)).comment?.viewer?.canEdit).toBe(false);
  });

  it('is 404 for what is not there, and asks for a text like any other', async () => {
    expect(await refusal(edit(alice, 5n))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    const id = await bench.post(alice, 'mine');
    expect(await refusal(edit(bob, id))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    expect(await refusal(edit(alice, id, ' '))).toMatchObject({ code: 'COMMENT_TEXT_INVALID' });
  });
});

describe('reacting and deleting', () => {
  it('is 404 for what is not there', async () => {
    for (const call of [
      bench.as(alice, (client) => client.react({ id: 5n, value: Reaction.LIKE }, SLOW)),
      bench.as(moderator, (client) => client.delete({ id: 5n }, SLOW)),
    ]) {
      expect(await refusal(call)).toMatchObject({ kind: 'not_found', code: 'COMMENT_NOT_FOUND' });
    }
  });

  it('knows three reactions', async () => {
    const id = await bench.post(alice, 'mine');
    for (const value of [Reaction.UNSPECIFIED, 9 as comment.Reaction]) {
      const call = bench.as(alice, (client) => client.react({ id, value }, SLOW));
      expect(await refusal(call)).toMatchObject({ kind: 'invalid' });
    }
  });
});

describe('what is for few', () => {
  it('is importing, for administrators', async () => {
    const call = bench.as(moderator, (client) => client.import({ source: 's', items: [] }, SLOW));
    expect(await refusal(call)).toMatchObject({ kind: 'forbidden', code: 'GATEWAY_FORBIDDEN' });
    await bench.as(admin, (client) => client.import({ source: 's', items: [] }, SLOW));
  });

  it('is inspecting, for moderators', async () => {
    const call = bench.as(alice, (client) => client.inspectComment({ id: 5n }, SLOW));
    expect(await refusal(call)).toMatchObject({ code: 'GATEWAY_FORBIDDEN' });
    const other = bench.as(moderator, (client) => client.inspectComment({ id: 5n }, SLOW));
    expect(await refusal(other)).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  });
});
