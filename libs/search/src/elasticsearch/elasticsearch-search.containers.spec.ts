import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Client } from '@elastic/elasticsearch';
import { systemClock } from '@storey/context';
import { ToxicProxy, realStores } from '@storey/testing';
import { openSearch, reindexSearch, type Search } from '../index.js';
import { contractIndex, describeSearch, document } from '../search.contract.js';

const index = contractIndex;
const node = realStores.elasticsearch;
const client = new Client({ node });

let prefixes = 0;
const newPrefix = (): string => `t${process.pid}-${(prefixes += 1)}-`;
const urlOf = (prefix: string, at = node): string => `${at}?prefix=${prefix}&replicas=0`;
const refresh = async (): Promise<void> =>
  void (await client.indices.refresh({ index: `t${process.pid}-*` }));
const open = (prefix = newPrefix(), at = node): Promise<Search> =>
  openSearch(urlOf(prefix, at), { index, onError: () => undefined });

async function removeAll(): Promise<void> {
  const indices = Object.keys(
    await client.indices.get({ index: `t${process.pid}-*`, ignore_unavailable: true }),
  );
  if (indices.length > 0) await client.indices.delete({ index: indices });
  await client.indices.deleteIndexTemplate({ name: `t${process.pid}-*` }, { ignore: [404] });
}

afterEach(removeAll);
afterAll(() => client.close());

describeSearch('Elasticsearch', { open, settle: refresh });

describe('an index of Elasticsearch', () => {
  const found = async (search: Search, text = 'one'): Promise<readonly bigint[]> =>
    (await search.find({ text, sort: 'old', limit: 100 })).map(({ id }) => id);

  it('is made once, however many begin at the same time, and takes nothing that it does not know', async () => {
    const prefix = newPrefix();
    const all = await Promise.all([1, 2, 3].map(() => open(prefix)));
    await Promise.all(all.map((search, at) => search.put([document(at + 1, 'one')])));
    await refresh();
    for (const search of all) expect(await found(search)).toEqual([1n, 2n, 3n]);
    expect(Object.keys(await client.indices.get({ index: `${prefix}*` }))).toEqual([`${prefix}things-1`]);
    const stray = client.index({ index: `${prefix}things`, document: { colour: 'red' } });
    await expect(stray).rejects.toThrow('strict_dynamic_mapping_exception');
    await Promise.all(all.map((search) => search.close()));
  });

  it('is made anew after somebody removed it, and never by writing to it', async () => {
    const prefix = newPrefix();
    await using search = disposable(await open(prefix));
    await client.indices.delete({ index: `${prefix}things-1` });
    await expect(search.put([document(1, 'one')])).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await client.indices.exists({ index: `${prefix}things` })).toBe(false);
    await search.put([document(1, 'one')]);
    await refresh();
    expect(await found(search)).toEqual([1n]);
    await client.indices.delete({ index: `${prefix}things-1` });
    await expect(found(search)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await found(search)).toEqual([]);
  });

  it('refuses the one document that does not fit, not its neighbours', async () => {
    const prefix = newPrefix();
    await client.indices.create({
      index: `${prefix}things-1`,
      aliases: { [`${prefix}things`]: { is_write_index: true } },
      mappings: {
        properties: {
          id: { type: 'keyword' },
          gone: { type: 'boolean' },
          at: { type: 'long' },
          words: { type: 'text', analyzer: 'whitespace' },
          keywords: { properties: { author: { type: 'long' } } },
        },
      },
    });
    await using search = disposable(await open(prefix));
    const refused = await search.put([
      document(1, 'one'),
      document(2, 'one', { keywords: { author: 'ann' } }),
      document(3, 'one'),
    ]);
    expect(refused).toMatchObject([{ id: 2n, cause: { kind: 'invalid', code: 'SEARCH_DOCUMENT_REFUSED' } }]);
    await refresh();
    expect(await found(search)).toEqual([1n, 3n]);
  });

  it('is told again of what it does not yet know when the caller dies behind the bulk', async () => {
    const prefix = newPrefix();
    let deaths = 1;
    const faultPoint = (name: string): void => {
      if (name === 'search.put' && (deaths -= 1) >= 0) throw new Error('dead');
    };
    await using search = disposable(await openSearch(urlOf(prefix), { index, faultPoint }));
    const documents = [document(1, 'one'), document(2, 'one')];
    await expect(search.put(documents)).rejects.toThrow();
    await search.put(documents);
    await refresh();
    expect(await found(search)).toEqual([1n, 2n]);
  });
});

describe('a new generation', () => {
  it('has everything, marks too, and nobody misses what is written meanwhile', async () => {
    const prefix = newPrefix();
    await using search = disposable(await open(prefix));
    const documents = Array.from({ length: 1200 }, (_, at) => document(at + 1, `one n${at + 1}`));
    await search.put(documents.slice(0, 900));
    await search.put(documents.slice(900));
    await search.remove([{ id: 1n, version: 5n }]);
    await refresh();
    let written = 2000;
    let over = false;
    const writing = (async () => {
      while (!over) {
        await search.put([
          document((written += 1), 'late'),
          document(2, 'changed', { version: BigInt(written) }),
        ]);
        expect((await search.find({ text: 'n500', sort: 'new', limit: 1 })).length).toBe(1);
      }
    })();
    const { index: name, copied } = await reindexSearch(urlOf(prefix), { index, clock: systemClock });
    over = true;
    await writing;
    await refresh();
    expect(name).toBe(`${prefix}things-2`);
    expect(copied).toBeGreaterThanOrEqual(1200);
    expect(Object.keys(await client.indices.get({ index: `${prefix}*` }))).toEqual([name]);
    const late = await search.find({ text: 'late', sort: 'old', limit: 1000 });
    expect(late.map(({ id }) => Number(id))).toEqual(
      Array.from({ length: written - 2000 }, (_, at) => 2001 + at),
    );
    expect(await search.find({ text: 'one', sort: 'new', limit: 1000, to: 1600 })).toHaveLength(598);
    await search.put([document(1, 'back', { version: 4n })]);
    await refresh();
    expect(await search.find({ text: 'back', sort: 'new', limit: 1 })).toEqual([]);
  });
});

describe('a server that fails', () => {
  const port = Number(new URL(node).port);

  it('is unavailable within its time and comes back by itself', async () => {
    const proxy = await ToxicProxy.start({ targetPort: port });
    await using search = disposable(await open(newPrefix(), `http://127.0.0.1:${proxy.port}`));
    await search.put([document(1, 'one')]);
    const query = { text: 'one', sort: 'new', limit: 1 } as const;
    for (const toxic of [{ kind: 'down' }, { kind: 'timeout' }] as const) {
      proxy.set(toxic);
      const begin = performance.now();
      await expect(search.find(query)).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(search.ping()).rejects.toMatchObject({ kind: 'unavailable' });
      expect(performance.now() - begin).toBeLessThan(3000);
      proxy.set({ kind: 'none' });
      proxy.cut();
      await refresh();
      expect(await search.find(query)).toHaveLength(1);
    }
    await proxy[Symbol.asyncDispose]();
  });

  it('does not hinder opening, and is used when it is there', async () => {
    const proxy = await ToxicProxy.start({ targetPort: port });
    proxy.set({ kind: 'down' });
    await using search = disposable(await open(newPrefix(), `http://127.0.0.1:${proxy.port}`));
    await expect(search.put([document(1, 'one')])).rejects.toMatchObject({ kind: 'unavailable' });
    proxy.set({ kind: 'none' });
    await search.put([document(1, 'one')]);
    await refresh();
    expect(await search.find({ sort: 'new', limit: 9 })).toHaveLength(1);
    await proxy[Symbol.asyncDispose]();
  });

  it('ends a search that nobody waits for', async () => {
    await using search = disposable(await open());
    const gone = search.find({ sort: 'new', limit: 1 }, AbortSignal.abort());
    await expect(gone).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

const disposable = (search: Search): Search & AsyncDisposable =>
  Object.assign(search, { [Symbol.asyncDispose]: () => search.close() });
