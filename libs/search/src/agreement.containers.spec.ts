import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@elastic/elasticsearch';
import { eventually, realStores } from '@storey/testing';
import fc from 'fast-check';
import { openSearch, type Search, type SearchQuery } from './index.js';
import { contractIndex, document } from './search.contract.js';

const index = contractIndex;
const prefix = `agree${process.pid}-`;
const name = `${prefix}${index.name}`;

const particle = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'你好吗世界我看视频，。！') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'a',
      'B',
      'red ',
      'Blue',
      ' ',
      '-',
      '"',
      '*',
      '1',
      'é',
      'e\u0301',
      'ß',
      'Σ',
      'ς',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('カ', 'ｶﾞ', 'ー', '한', '국', '々', '〇', '👍', '👩‍👧', '❤️', '\u200b'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }) },
);
const words = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(particle, { maxLength }).map((parts) => parts.join(''));

describe('SQLite and Elasticsearch', () => {
  const client = new Client({ node: realStores.elasticsearch });
  let both: readonly Search[] = [];
  const texts = fc.sample(words(24), { numRuns: 600, seed: 7 });

  beforeAll(async () => {
    both = [
      await openSearch('sqlite::memory:', { index }),
      await openSearch(`${realStores.elasticsearch}?prefix=${prefix}&replicas=0`, { index }),
    ];
    const documents = texts.map((text, at) =>
      document(at + 1, text, { at: at % 37, keywords: { author: String(at % 5) } }),
    );
    // A server that has just started is slow to make its first index.
    for (const search of both)
      await eventually(async () => expect(await search.put(documents)).toEqual([]), { timeoutMs: 30_000 });
    await client.indices.refresh({ index: name });
  });

  afterAll(async () => {
    for (const search of both) await search.close();
    await client.indices.delete({ index: `${name}-1` });
    await client.indices.deleteIndexTemplate({ name });
    await client.close();
  });

  it('find the same, in the same order, at the same positions', async () => {
    let hits = 0;
    const part = fc
      .tuple(fc.constantFrom(...texts), fc.nat(20), fc.integer({ min: 1, max: 5 }))
      .map(([text, from, length]) => [...text].slice(from, from + length).join(''));
    const queries = fc.record<SearchQuery>(
      {
        text: fc.oneof(
          part,
          words(5),
          fc.tuple(part, part).map((parts) => parts.join(' ')),
        ),
        keywords: fc.constantFrom({}, { author: ['1', '2'] }),
        from: fc.nat(20),
        sort: fc.constantFrom('relevance', 'new', 'old'),
        limit: fc.integer({ min: 1, max: 600 }),
      },
      { requiredKeys: ['sort', 'limit', 'text'] },
    );
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const [here = [], there = []] = await Promise.all(both.map((search) => search.find(query)));
        expect(there).toEqual(here);
        hits += here.length;
        const middle = here[Math.floor(here.length / 2)];
        if (!middle) return;
        const rest = { ...query, after: middle.position };
        const [restHere, restThere] = await Promise.all(both.map((search) => search.find(rest)));
        expect(restThere).toEqual(restHere);
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(hits).toBeGreaterThan(1000);
  });
});
