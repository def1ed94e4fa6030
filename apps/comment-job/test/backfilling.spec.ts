import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { Cache } from '@storey/cache';
import {
  BACKFILL_TOPIC,
  CACHE_NAMES,
  COMMANDS_TOPIC,
  Comments,
  HOT_CACHE,
  HotEpochs,
  Rankings,
  chunkId,
  commentCaches,
  commentSources,
  listId,
} from '@storey/comment';
import { cacheEvents } from '@storey/contracts';
import { type NewMessage } from '@storey/events';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Intake, Reaction } from './commands.js';
import { running } from './running.js';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

function wish(cache: string, id: string): NewMessage {
  const message = create(cacheEvents.CacheBackfillSchema, { cache, id });
  return { key: `${cache}/${id}`, value: toBinary(cacheEvents.CacheBackfillSchema, message) };
}

it('wishes make the ranking and the chunk of a list, those that can not be read are buried', async () => {
  await using app = await running(folder.path);
  const { events, kvCache, kvState } = app.platform.ports;
  const intake = new Intake();
  const sent = intake.publish();
  await events.append(COMMANDS_TOPIC, [sent, intake.react(sent.id, Reaction.LIKE, 2n)]);
  const comments = new Comments(app.sql);
  await eventually(async () => expect((await comments.byId(sent.id))?.likes).toBe(1n));
  const { subjectId = 0n } = (await comments.byId(sent.id)) ?? {};
  const list = { subjectId, rootId: 0n };

  const chunk = chunkId(list, 0n);
  const sources = commentSources(app.sql);
  const { places } = commentCaches(new Cache(kvCache, { onError: () => undefined }), {
    ...sources,
    listings: { chunks: () => Promise.reject(new Error('It was asked of the database.')) },
  });
  await expect(places.get(chunk)).rejects.toThrow('It was asked of the database.');

  const unreadable = { ...wish(HOT_CACHE, listId(list)), value: Buffer.from('no wish') };
  await events.append(BACKFILL_TOPIC, [
    unreadable,
    wish('nothing', '1'),
    wish(HOT_CACHE, listId(list)),
    wish(CACHE_NAMES.places, chunk),
  ]);
  const epochs = new HotEpochs(kvState, app.platform.clock, new Rankings(app.sql));
  await eventually(async () => expect((await epochs.latest(list))?.epoch.ids).toEqual([sent.id]));
  await eventually(async () => expect(await places.get(chunk)).toEqual([{ id: sent.id, floor: 1n }]));
  await eventually(async () => {
    const ends = await events.endOffsets(`${BACKFILL_TOPIC}.dead`);
    expect(ends.reduce((sum, end) => sum + end, 0n)).toBe(2n);
  });
});
