import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HotEpochs, type ListOf } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type NewMessage } from '@storey/events';
import { openKv, type Kv } from '@storey/kv';
import { createLogger } from '@storey/observability';
import { BackfillRequests } from '../backfill/backfill-requests.js';
import { RankingReader } from './ranking-reader.js';

const ROOTS: ListOf = { subjectId: 7n, rootId: 0n };
const READERS = 1_000;

let clock: FakeClock;
let kv: Kv;
/** How many rankings were read from the database; each is another. */
let made: bigint;
let rank: () => Promise<readonly bigint[]>;
let epochs: HotEpochs;
let sent: NewMessage[];
let append: (topic: string, messages: readonly NewMessage[]) => Promise<void>;

beforeEach(async () => {
  clock = new FakeClock();
  kv = await openKv('memory:', { clock });
  made = 0n;
  rank = () => Promise.resolve([(made += 1n)]);
  epochs = new HotEpochs(kv, clock, { of: () => rank() });
  sent = [];
  append = (_, messages) => Promise.resolve(void sent.push(...messages));
});

afterEach(() => kv.close());

/** A process of its own. */
function newProcess(): { readonly requests: BackfillRequests; readonly reader: RankingReader } {
  const events = { append: (topic: string, messages: readonly NewMessage[]) => append(topic, messages) };
  const requests = new BackfillRequests(events, clock, createLogger('silent'));
  return { requests, reader: new RankingReader(epochs, requests) };
}

/** @returns what they were shown, each order once. */
async function storm(reader: RankingReader): Promise<ReadonlySet<string>> {
  const all = await Promise.all(Array.from({ length: READERS }, () => reader.current(ROOTS)));
  return new Set(all.map(({ ids }) => ids.join()));
}

describe('a storm of readers', () => {
  it('makes a ranking that is missing once a process', async () => {
    expect((await storm(newProcess().reader)).size).toBe(1);
    expect([made, sent.length]).toEqual([1n, 0]);
  });

  it('is shown one that is due as it is, and asks for the next once a process and second', async () => {
    const processes = [newProcess(), newProcess()];
    await epochs.replace(ROOTS, undefined);
    await clock.advance(10_000);
    for (const { reader } of processes) expect([...(await storm(reader))]).toEqual(['1']);
    expect([made, sent.length]).toEqual([1n, 2]);
    expect(processes.map(({ requests }) => requests.counts.repeated)).toEqual([READERS - 1, READERS - 1]);
    await clock.advance(1_000);
    for (const { reader } of processes) await storm(reader);
    expect([made, sent.length]).toEqual([1n, 4]);
  });

  it('makes its own where the job did not, once a process, and asks no more', async () => {
    const { reader } = newProcess();
    await epochs.replace(ROOTS, undefined);
    await clock.advance(13_000);
    expect([...(await storm(reader))]).toEqual(['2']);
    expect([...(await storm(reader))]).toEqual(['2']);
    expect([made, sent.length]).toEqual([2n, 0]);
  });

  it('is answered while the log is down: the order that is due, then one of its own', async () => {
    const { reader, requests } = newProcess();
    await epochs.replace(ROOTS, undefined);
    append = () => Promise.reject(unavailable('The log is away.'));
    await clock.advance(10_000);
    expect([...(await storm(reader))]).toEqual(['1']);
    await clock.advance(0);
    expect(requests.counts).toEqual({ sent: 0, repeated: READERS - 1, dropped: 0, failed: 1 });
    await clock.advance(3_000);
    expect([...(await storm(reader))]).toEqual(['2']);
  });

  it('is answered while the log does not answer', async () => {
    const { reader } = newProcess();
    await epochs.replace(ROOTS, undefined);
    append = () => new Promise(() => undefined);
    await clock.advance(10_000);
    expect([...(await storm(reader))]).toEqual(['1']);
    await clock.advance(3_000);
    expect([...(await storm(reader))]).toEqual(['2']);
  });
});

it('a ranking that could not be made is tried again by the next reader', async () => {
  const { reader } = newProcess();
  const works = rank;
  rank = () => Promise.reject(unavailable('No database.'));
  await expect(reader.current(ROOTS)).rejects.toMatchObject({ kind: 'unavailable' });
  rank = works;
  expect((await reader.current(ROOTS)).ids).toEqual([1n]);
});
