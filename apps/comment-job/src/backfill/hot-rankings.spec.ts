import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { HotEpochs, listId, type ListOf } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { HotRankings } from './hot-rankings.js';

const ROOTS: ListOf = { subjectId: 7n, rootId: 0n };
const REPLIES: ListOf = { subjectId: 7n, rootId: 8n };

let clock: FakeClock;
let kv: Kv;
let made: ListOf[];
let epochs: HotEpochs;
let rankings: HotRankings;
let stop: AbortController;

beforeEach(async () => {
  clock = new FakeClock();
  kv = await openKv('memory:', { clock });
  made = [];
  epochs = new HotEpochs(kv, clock, { of: (list) => Promise.resolve([BigInt(made.push(list))]) });
  rankings = new HotRankings(epochs);
  stop = new AbortController();
});

afterEach(() => kv.close());

const rebuild = (...lists: readonly ListOf[]): Promise<void> =>
  rankings.rebuild(lists.map(listId), stop.signal);

it('a ranking that is due is made once, however often it is wished for', async () => {
  const first = await epochs.replace(ROOTS, undefined);
  await rebuild(ROOTS);
  expect(made).toHaveLength(1);
  await clock.advance(10_000);
  for (let wish = 0; wish < 5; wish += 1) await rebuild(ROOTS);
  expect(made).toHaveLength(2);
  const latest = await epochs.latest(ROOTS);
  expect(latest?.epoch).toEqual({ number: first.number + 10_000n, ids: [2n] });
});

it('one that is gone or too old is made too, each of its own list', async () => {
  await epochs.replace(ROOTS, undefined);
  await clock.advance(60_000);
  await rebuild(ROOTS, REPLIES);
  expect(made).toEqual([ROOTS, ROOTS, REPLIES]);
  for (const list of [ROOTS, REPLIES]) expect(await epochs.latest(list)).toMatchObject({ age: 'fresh' });
});

it('none is begun once the partition is taken away', async () => {
  stop.abort();
  await rebuild(ROOTS);
  expect(made).toEqual([]);
});
