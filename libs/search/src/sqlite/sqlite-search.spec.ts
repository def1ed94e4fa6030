import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { openSearch } from '../open-search.js';
import { contractIndex, describeSearch, document } from '../search.contract.js';
import { assertSqliteVersion } from './open-sqlite.js';

const index = contractIndex;

describeSearch('SQLite', { open: () => openSearch('sqlite::memory:', { index }) });

describe('the file of a search', () => {
  let folder: TemporaryFolder;
  beforeEach(() => void (folder = temporaryFolder()));
  afterEach(() => folder.remove());

  it('is made with its folder and keeps what was put', async () => {
    const url = `sqlite:${folder.path}/deep/search.db`;
    const before = await openSearch(url, { index });
    await before.put([document(1, 'one')]);
    await before.close();
    const after = await openSearch(url, { index });
    expect(await after.find({ text: 'one', sort: 'new', limit: 9 })).toMatchObject([{ id: 1n }]);
    await after.close();
  });

  it('of an index that had fewer keywords is not taken', async () => {
    const url = `sqlite:${folder.path}/search.db`;
    await (await openSearch(url, { index })).close();
    const more = { ...index, keywords: [...index.keywords, 'colour'] };
    await expect(openSearch(url, { index: more })).rejects.toMatchObject({ code: 'SEARCH_MISCONFIGURED' });
  });

  it('stores all of a call or nothing', async () => {
    const search = await openSearch(`sqlite:${folder.path}/search.db`, { index });
    const broken = document(2, 'two', { keywords: { author: 7 as unknown as string } });
    Object.defineProperty(broken, 'at', { get: () => 2n ** 80n });
    await expect(search.put([document(1, 'one'), broken])).resolves.toHaveLength(1);
    await search.close();
  });
});

describe('the version of SQLite', () => {
  it.each(['3.51.3', '3.51.10', '3.53.4', '4.0.0'])('%s will do', (version) => {
    expect(() => assertSqliteVersion(version)).not.toThrow();
  });
  it.each(['3.51.2', '3.50.9', '2.99.99', '0'])('%s will not', (version) => {
    expect(() => assertSqliteVersion(version)).toThrow('a newer Node');
  });
});
