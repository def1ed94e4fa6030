import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, refusal, texts } from './bench.js';
import { commentJob } from './job.js';

const { Sort } = comment;

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const userId = BigInt(alice.userId);
const erase = (barrier: string): Promise<comment.EraseCommentsReply> =>
  bench.as(undefined, (client) => client.eraseComments({ userId, barrier }, SLOW));

/** As account-service calls it: until it is done. */
async function eraseAll(): Promise<void> {
  let { barrier } = await erase('');
  await eventually(async () => {
    const reply = await erase(barrier);
    barrier = reply.barrier;
    expect(reply.done).toBe(true);
  });
}

describe('what a user said', () => {
  it('is deleted wherever it stands, what was answered leaves a tombstone, and others keep theirs', async () => {
    await bench.startJob(commentJob);
    const root = await bench.post(alice, 'one', { oid: 'v1' });
    await bench.applied(alice, root);
    const answer = await bench.post(bob, 'two', { oid: 'v1', parentId: root });
    const elsewhere = await bench.post(alice, 'three', { oid: 'v2' });
    await bench.applied(bob, answer);
    await bench.applied(alice, elsewhere);
    await eraseAll();
    await eventually(async () => {
      const { comments } = await bench.list(undefined, { oid: 'v1', sort: Sort.NEW });
      expect(comments).toMatchObject([{ state: comment.CommentState.DELETED, replies: [{ text: 'two' }] }]);
      expect(texts((await bench.list(undefined, { oid: 'v2', sort: Sort.NEW })).comments)).toEqual([]);
      expect(await refusal(bench.get(undefined, elsewhere))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
    });
  });

  it('and still waits in the log is waited for', async () => {
    await bench.post(alice, 'on its way');
    const { barrier } = await erase('');
    expect(await erase(barrier)).toMatchObject({ done: false });
    await bench.startJob(commentJob);
    await eraseAll();
    await eventually(async () =>
      expect(texts((await bench.list(undefined, { sort: Sort.NEW })).comments)).toEqual([]),
    );
  });

  it('is nothing, of one who never said anything', async () => {
    await bench.startJob(commentJob);
    await eraseAll();
  });
});

describe('what a user was told', () => {
  it('is removed', async () => {
    await bench.startJob(commentJob);
    const root = await bench.post(alice, 'one');
    await bench.applied(alice, root);
    await bench.post(bob, 'two', { parentId: root });
    const notices = async (): Promise<number> => {
      const list = { position: new Uint8Array(), limit: 20 };
      const reply = await bench.as(alice, (client) => client.listNotifications(list, SLOW));
      return reply.notifications.length;
    };
    await eventually(async () => expect(await notices()).toBe(1));
    const erased = await bench.as(undefined, (client) => client.eraseNotifications({ userId }, SLOW));
    expect([erased.done, await notices()]).toEqual([true, 0]);
  });
});
