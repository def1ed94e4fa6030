import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { COMMANDS_TOPIC, Comments, EVENTS_TOPIC, commentIndex } from '@storey/comment';
import { commentEvents } from '@storey/contracts';
import { AppError, unavailable } from '@storey/errors';
import { type Batch } from '@storey/events';
import { Search, openSearch, type Refusal, type SearchDocument } from '@storey/search';
import { eventually, faultPoints, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Indexer } from '../src/search/indexer.js';
import { Intake, type Sent } from './commands.js';
import { ports, running, type Running } from './running.js';

let folder: TemporaryFolder;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const append = ({ platform }: Running, sent: readonly Sent[]): Promise<void> =>
  platform.ports.events.append(COMMANDS_TOPIC, sent);

/** Ids and states are those of the index; a state that no comment has is not asked for. */
async function found({ platform }: Running, text: string, state?: string): Promise<readonly bigint[]> {
  const search = await platform.ports.search(commentIndex);
  const keywords = state === undefined ? {} : { keywords: { state: [state] } };
  return (await search.find({ text, sort: 'old', limit: 1000, ...keywords })).map(({ id }) => id);
}

describe('the search index', () => {
  it('follows what is said, edited, deleted and rejected', async () => {
    await using app = await running(folder.path);
    const intake = new Intake();
    const [first, second] = [intake.publish({ text: '你好世界' }), intake.publish({ text: 'hello 世界' })];
    const lost = intake.publish({ text: '世界 lost', parentId: 64n });
    await append(app, [first, second, lost]);
    const all = [first.id, second.id, lost.id];
    await eventually(async () => expect(await found(app, '世界')).toEqual(all));
    expect(await found(app, '世界', 'rejected')).toEqual([lost.id]);
    await append(app, [intake.edit(first.id, 'changed'), intake.remove(second.id)]);
    await eventually(async () => expect(await found(app, 'changed', 'visible')).toEqual([first.id]));
    await eventually(async () => expect(await found(app, '世界', 'visible')).toEqual([]));
    expect(await found(app, '世界', 'deleted')).toEqual([second.id]);
  });

  it('has everything once after deaths behind the write', async () => {
    const intake = new Intake();
    const sent = Array.from({ length: 30 }, () => intake.publish({ text: 'here' }));
    const killAt = 'search.put:1:throw,search.put:2:throw,search.put:4:throw';
    await using app = await running(folder.path, faultPoints({ killAt, production: false }));
    for (let at = 0; at < 30; at += 10) await append(app, sent.slice(at, at + 10));
    const ids = sent.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1));
    await eventually(async () => expect(await found(app, 'here')).toEqual(ids));
  });

  it('is the same after all events come again from the first one', async () => {
    await using app = await running(folder.path);
    const intake = new Intake();
    const [kept, gone] = [intake.publish({ text: 'one' }), intake.publish({ text: 'one' })];
    await append(app, [kept, gone, intake.edit(kept.id, 'two'), intake.remove(gone.id)]);
    await eventually(async () => expect(await found(app, 'one', 'deleted')).toEqual([gone.id]));
    await eventually(async () => expect(await found(app, 'two', 'visible')).toEqual([kept.id]));
    const again = await app.platform.ports.events.subscribe({
      topic: EVENTS_TOPIC,
      group: 'replay',
      maxBatch: 1,
      handle: (batch) => indexer.handle(batch),
    });
    const indexer = new Indexer(await app.platform.ports.search(commentIndex), new Comments(app.sql));
    await eventually(async () => expect(await app.platform.ports.events.lag(EVENTS_TOPIC, 'replay')).toBe(0));
    await again.close();
    expect(await found(app, 'one', 'deleted')).toEqual([gone.id]);
    expect(await found(app, 'two', 'visible')).toEqual([kept.id]);
    expect(await found(app, 'one', 'visible')).toEqual([]);
  });

  it('is filled from the tables when it was lost, and only then', async () => {
    const intake = new Intake();
    const sent = Array.from({ length: 450 }, (_, at) => intake.publish({ text: at % 2 ? 'odd' : 'even' }));
    {
      await using app = await running(folder.path);
      await append(app, sent);
      await eventually(async () => expect(await found(app, 'odd')).toHaveLength(225), { timeoutMs: 10_000 });
    }
    {
      await using closed = await ports(folder.path);
      const path = `${folder.path}/search.db`;
      await closed.platform.ports.close();
      for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
    }
    {
      await using app = await running(folder.path);
      await eventually(async () => expect(await found(app, 'even')).toHaveLength(225), { timeoutMs: 10_000 });
      await eventually(async () => expect(await marks(app)).toBe(1));
    }
  });
});

const marks = async ({ platform }: Running): Promise<number> => {
  const search = await platform.ports.search(commentIndex);
  return (await search.find({ keywords: { state: ['filled'] }, sort: 'new', limit: 9 })).length;
};

describe('the indexer', () => {
  const event = (id: bigint, version: bigint): Uint8Array =>
    toBinary(
      commentEvents.CommentEventSchema,
      create(commentEvents.CommentEventSchema, {
        version,
        event: { case: 'deleted', value: { commentId: id } },
      }),
    );

  function batchOf(values: readonly Uint8Array[]): Batch & { readonly buried: bigint[] } {
    const buried: bigint[] = [];
    const at = { topic: EVENTS_TOPIC, partition: 0, timestamp: 0, headers: {}, key: 'video/1' };
    return {
      ...at,
      messages: values.map((value, offset) => ({ ...at, value, offset: BigInt(offset) })),
      signal: new AbortController().signal,
      epoch: 1n,
      deadLetter: ({ offset }) => Promise.resolve(void buried.push(offset)),
      buried,
    };
  }

  it('buries the one event whose comment the index refuses, and what it cannot read', async () => {
    const cause = new AppError({ kind: 'invalid', code: 'SEARCH_DOCUMENT_REFUSED', message: 'no' });
    const search = {
      put: (documents: readonly SearchDocument[]): Promise<readonly Refusal[]> =>
        Promise.resolve(documents.flatMap(({ id }) => (id === 2n ? [{ id, cause }] : []))),
      remove: () => Promise.resolve([]),
    } as unknown as Search;
    const record = (id: bigint) => [id, { id, text: '', authorId: 1n, subject: {}, state: 2, createdAt: 1n }];
    const comments = {
      byIds: (ids: readonly bigint[]) => Promise.resolve(new Map(ids.map(record) as [])),
    } as unknown as Comments;
    const batch = batchOf([event(1n, 1n), event(2n, 2n), Buffer.from('no event'), event(3n, 3n)]);
    await new Indexer(search, comments).handle(batch);
    expect(batch.buried).toEqual([2n, 1n]);
  });

  it('removes what has no row, so that nothing late brings it back', async () => {
    const search = await openSearch('sqlite::memory:', { index: commentIndex });
    const none = { byIds: () => Promise.resolve(new Map()) } as unknown as Comments;
    const late = { id: 7n, version: 4n, text: 'one', keywords: {}, at: 1 };
    await search.put([{ ...late, version: 3n }]);
    await new Indexer(search, none).handle(batchOf([event(7n, 5n)]));
    await search.put([late]);
    expect(await search.find({ text: 'one', sort: 'new', limit: 9 })).toEqual([]);
    await search.close();
  });

  it('lets the batch come again while the index is away', async () => {
    const away = { put: () => Promise.reject(unavailable('away')) } as unknown as Search;
    const none = { byIds: () => Promise.resolve(new Map()) } as unknown as Comments;
    const batch = batchOf([event(1n, 1n)]);
    await expect(new Indexer(away, none).handle(batch)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(batch.buried).toEqual([]);
  });

  it('asks for nothing when nothing changed that can be found', async () => {
    const value = toBinary(
      commentEvents.CommentEventSchema,
      create(commentEvents.CommentEventSchema, { event: { case: 'reacted', value: { commentId: 1n } } }),
    );
    const batch = batchOf([value]);
    await new Indexer({} as unknown as Search, {} as unknown as Comments).handle(batch);
    expect(batch.buried).toEqual([]);
  });
});
