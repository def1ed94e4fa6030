import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BACKFILL_TOPIC, chunkId, hotKey } from '@storey/comment';
import { packIds } from '@storey/ids';
import { comment } from '@storey/contracts';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, texts } from './bench.js';
import { commentJob } from './job.js';

const { Reaction, Sort } = comment;
const READERS = 200;

let bench: Bench;
let ids: readonly [bigint, bigint];
let subjectId: bigint;

/** Two comments of which one is liked, and the job beside the service. */
beforeEach(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
  ids = [await bench.post(bob, 'liked'), await bench.post(bob, 'plain')];
  await bench.applied(bob, ids[1]);
  await bench.as(alice, (client) => client.react({ id: ids[0], value: Reaction.LIKE }, SLOW));
  await eventually(async () => {
    const { comments, subject } = await bench.list(undefined, { sort: Sort.OLD });
    expect(comments[0]?.likes).toBe(1n);
    subjectId = subject?.id ?? 0n;
  });
});

afterEach(() => bench.close());

/** A ranking of so long ago, with the wrong one first. */
async function rankedBefore(ms: number): Promise<bigint> {
  const number = BigInt(Date.now() - ms);
  await bench.platform.ports.kvState.set(hotKey(subjectId), packIds([number, ids[1], ids[0]]), {});
  return number;
}

async function currentEpoch(): Promise<bigint> {
  const bytes = await bench.platform.ports.kvState.get(hotKey(subjectId));
  return new DataView(bytes?.buffer ?? new ArrayBuffer(8), bytes?.byteOffset).getBigInt64(0);
}

async function wishes(): Promise<bigint> {
  const ends = await bench.platform.ports.events.endOffsets(BACKFILL_TOPIC);
  return ends.reduce((sum, end) => sum + end, 0n);
}

const hot = async (): Promise<readonly string[]> =>
  texts((await bench.list(undefined, { sort: Sort.HOT })).comments);

it('a storm of readers over a ranking that is due sends a message a second, and the job makes the next', async () => {
  const old = await rankedBefore(11_000);
  const began = Date.now();
  expect(await hot()).toEqual(['plain', 'liked']);
  await Promise.all(Array.from({ length: READERS }, hot));
  await eventually(async () => expect(await currentEpoch()).toBeGreaterThan(old));
  expect(await hot()).toEqual(['liked', 'plain']);
  const seconds = Math.ceil((Date.now() - began) / 1000);
  expect(Number(await wishes())).toBeLessThanOrEqual(seconds);
});

it('readers are answered while the job is away: the order that is due, then one of their own', async () => {
  await bench.stopJob();
  const old = await rankedBefore(11_000);
  expect(await hot()).toEqual(['plain', 'liked']);
  expect(await currentEpoch()).toBe(old);
  await rankedBefore(13_000);
  expect(await hot()).toEqual(['liked', 'plain']);
  await eventually(async () => expect(await wishes()).toBe(1n));
  const sent = 'storey_comment_backfill_total{outcome="sent",app="comment-service"} 1';
  await eventually(async () => expect(await bench.platform.metrics.text()).toContain(sent));
});

it('readers are answered while the log is away', async () => {
  await bench.stopJob();
  await bench.platform.ports.events.close();
  await rankedBefore(11_000);
  expect(await hot()).toEqual(['plain', 'liked']);
  await rankedBefore(13_000);
  expect(await hot()).toEqual(['liked', 'plain']);
});

it('the chunk that a reader is about to enter is filled before he comes', async () => {
  const posted = await Promise.all(Array.from({ length: 70 }, (_, n) => bench.post(bob, `more ${n}`)));
  for (const id of posted) await bench.applied(bob, id);
  const chunk = `{cp:${chunkId({ subjectId, rootId: 0n }, 1n)}}`;
  expect(await bench.platform.ports.kvCache.mget([chunk])).toEqual([undefined]);
  await eventually(async () => {
    const { comments } = await bench.list(undefined, { sort: Sort.OLD, limit: 50 });
    expect(comments.map(({ floor }) => floor).at(-1)).toBe(50n);
    expect(await bench.platform.ports.kvCache.mget([chunk])).toEqual([expect.any(Uint8Array)]);
  });
});
