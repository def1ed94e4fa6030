import { describe, expect, it } from '@jest/globals';
import { openSearch, reindexSearch } from './index.js';

const index = { name: 'things', keywords: ['author'] };

describe('the URL of a search', () => {
  it.each([
    ['redis://localhost', 'its scheme is redis:'],
    ['nonsense', 'its scheme is none'],
    ['sqlite:', 'names no file'],
    ['sqlite://tmp/x.db', 'sqlite:/tmp… for an absolute path'],
    ['sqlite:/tmp/x.db?tables=4', 'has no settings'],
    ['http://localhost:9200?shards=3', 'no setting "shards"'],
    ['http://localhost:9200/comments', 'no path on it'],
    ['http://localhost:9200?prefix=A', 'The prefix'],
    ['http://localhost:9200?prefix=-a', 'The prefix'],
    ['http://localhost:9200?replicas=9', 'replicas is 0, 1 or 2'],
    ['http://localhost:9200?ca=/x.pem', 'https: alone'],
    ['https://localhost:9200?ca=/nowhere/x.pem', "can't be read"],
  ])('%p is refused: %p', async (url, words) => {
    const refused = { code: 'SEARCH_MISCONFIGURED', message: expect.stringContaining(words) };
    await expect(openSearch(url, { index })).rejects.toMatchObject(refused);
  });

  it.each([
    [{ name: 'drop table', keywords: [] }],
    [{ name: 'things', keywords: ['a; --'] }],
    [{ name: 'things', keywords: Array.from({ length: 17 }, () => 'a') }],
  ])('does not help an index like %j', async (wrong) => {
    const refused = { code: 'SEARCH_MISCONFIGURED' };
    await expect(openSearch('sqlite::memory:', { index: wrong })).rejects.toMatchObject(refused);
  });

  it('of an embedded search has no generations', async () => {
    const refused = { code: 'SEARCH_MISCONFIGURED' };
    await expect(reindexSearch('sqlite:/tmp/x.db', { index })).rejects.toMatchObject(refused);
  });
});
