import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cache } from '@storey/cache';
import { CACHE_NAMES, commentCaches, type CommentRecord, type CommentSources } from '@storey/comment';
import { FakeClock, SeededRandom } from '@storey/context';
import { openEventLog, type EventLog } from '@storey/events';
import { openKv, type Kv } from '@storey/kv';
import { CACHE_CHANGES_TOPIC, tellCacheChanges } from '@storey/service';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { HotCopies } from './hot-copies.js';

const ID = 7n;
/** More than make an id hot. */
const MANY = 30;

let clock: FakeClock;
let kv: Kv;
let folder: TemporaryFolder;
let events: EventLog;
let hot: HotCopies;
let loads: number;
let text: string;

beforeEach(async () => {
  clock = new FakeClock();
  kv = await openKv('memory:', { clock });
  folder = temporaryFolder();
  events = await openEventLog(`sqlite:${folder.path}/events.db`, { clock });
  await events.createTopics([CACHE_CHANGES_TOPIC]);
  [loads, text] = [0, 'first'];
  const record = () => ({ id: ID, text, html: text }) as CommentRecord;
  const sources: CommentSources = {
    subjects: { byKeys: () => Promise.resolve(new Map()) },
    comments: { byIds: () => Promise.resolve(new Map([[ID, ((loads += 1), record())]])) },
    listings: { chunks: () => Promise.resolve(new Map()) },
    reactions: { under: () => Promise.resolve(new Map()) },
  };
  const onError = (error: unknown): never => {
    throw error;
  };
  const newCache = (): Cache => new Cache(kv, { clock, random: new SeededRandom(1), onError });
  const shared = commentCaches(newCache(), sources).comments;
  hot = await HotCopies.open({ cache: newCache(), sources, shared, events, clock, onError });
});
afterEach(async () => {
  await hot.close();
  await events.close();
  await kv.close();
  folder.remove();
});

const read = async (): Promise<string | undefined> => (await hot.caches.comments.get(ID))?.text;
const change = { cache: CACHE_NAMES.comments, id: String(ID), version: 0n, atOnce: false };

describe('copies of hot comments', () => {
  it('are read without asking the store', async () => {
    for (let n = 0; n < MANY; n += 1) await read();
    await kv.flush();
    expect(await read()).toBe('first');
    expect(loads).toBe(1);
  });

  it('are made anew when a change is heard', async () => {
    for (let n = 0; n < MANY; n += 1) await read();
    text = 'second';
    await kv.flush();
    await tellCacheChanges(events, new Map([['video/1', [change]]]));
    await eventually(async () => expect(await read()).toBe('second'));
  });

  it('are compared with what everybody is served, when a change was not heard', async () => {
    for (let n = 0; n < MANY; n += 1) await read();
    text = 'second';
    await kv.flush();
    expect(await read()).toBe('first');
    await clock.advance(1000);
    await clock.advance(1000);
    await eventually(async () => expect(await read()).toBe('second'));
    expect(hot.patrolled).toMatchObject({ repaired: 1, failures: 0 });
  });
});
