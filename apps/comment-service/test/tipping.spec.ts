import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, refusal } from './bench.js';
import { commentJob } from './job.js';

let bench: Bench;
let commentId: bigint;

beforeEach(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
  commentId = await bench.post(alice, 'worth something');
  await bench.applied(alice, commentId);
});
afterEach(() => bench.close());

const fromUserId = BigInt(bob.userId);
const aTip = (tipId: bigint, of = commentId) => ({ tipId, commentId: of, fromUserId });

/** Called for nobody, as account-service's sweep does. */
const call = <T>(work: Parameters<typeof bench.as<T>>[1]): Promise<T> => bench.as(undefined, work);
const trial = (tip: ReturnType<typeof aTip>) => call((client) => client.tryTip(tip, SLOW));
const confirm = (tip: ReturnType<typeof aTip>) => call((client) => client.confirmTip(tip, SLOW));
const cancel = (tip: ReturnType<typeof aTip>) => call((client) => client.cancelTip(tip, SLOW));
const notices = async (): Promise<readonly comment.Notification[]> =>
  (
    await bench.as(alice, (client) =>
      client.listNotifications({ position: new Uint8Array(), limit: 20 }, SLOW),
    )
  ).notifications;

describe('a tip', () => {
  it('names the author, who is told of it once when it is confirmed', async () => {
    expect(await trial(aTip(1n))).toMatchObject({ authorId: BigInt(alice.userId) });
    expect(await notices()).toEqual([]);
    for (let n = 0; n < 2; n += 1) await confirm(aTip(1n));
    const told = { kind: 'tip', actorIds: [fromUserId], count: 1, comment: { id: commentId } };
    expect(await notices()).toMatchObject([told]);
    await trial(aTip(2n));
    await confirm(aTip(2n));
    expect(await notices()).toMatchObject([told, told]);
  });

  it('that was cancelled refuses a try that arrives late, and tells nobody', async () => {
    await cancel(aTip(1n));
    expect(await refusal(trial(aTip(1n)))).toMatchObject({ kind: 'conflict' });
    expect(await refusal(confirm(aTip(1n)))).toMatchObject({ kind: 'conflict' });
    expect(await notices()).toEqual([]);
  });

  it('is tried again without being judged again: what was said once stands', async () => {
    await trial(aTip(1n));
    await bench.as(alice, (client) => client.delete({ id: commentId }, SLOW));
    let others = 2n;
    await eventually(async () => {
      expect(await refusal(trial(aTip((others += 1n))))).toMatchObject({ kind: 'not_found' });
    });
    expect(await trial(aTip(1n))).toMatchObject({ authorId: BigInt(alice.userId) });
  });

  it('is not for one’s own comment, nor for one that is not there', async () => {
    const own = { ...aTip(1n), fromUserId: BigInt(alice.userId) };
    expect(await refusal(trial(own))).toMatchObject({ kind: 'unprocessable' });
    expect(await refusal(trial(aTip(1n, commentId + 64n)))).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  });
});
