import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { finds } from './finds.js';
import { Search, type SearchDocument, type SearchIndex, type SearchQuery } from './search.js';

/** What the suite keeps; each test has a search of its own. */
export const contractIndex: SearchIndex = { name: 'things', keywords: ['author', 'state'] };

export interface SearchContractOptions {
  /** An empty search for {@link contractIndex}. */
  readonly open: () => Promise<Search>;
  /** Resolves when all that was put can be found. */
  readonly settle?: () => Promise<void>;
}

export function document(id: number, text: string, more: Partial<SearchDocument> = {}): SearchDocument {
  return {
    id: BigInt(id),
    version: 1n,
    text,
    keywords: { author: '1', state: 'visible' },
    at: 1000 + id,
    ...more,
  };
}

/** What every adapter must do, to be run by its spec. */
export function describeSearch(
  name: string,
  { open, settle = () => Promise.resolve() }: SearchContractOptions,
): void {
  describe(`${name} as a search`, () => {
    let search: Search;
    beforeEach(async () => {
      search = await open();
    });
    afterEach(() => search.close());

    const put = async (...documents: readonly SearchDocument[]): Promise<void> => {
      expect(await search.put(documents)).toEqual([]);
      await settle();
    };
    const remove = async (id: number, version: bigint): Promise<void> => {
      expect(await search.remove([{ id: BigInt(id), version }])).toEqual([]);
      await settle();
    };
    const found = async (query: Partial<SearchQuery> = {}): Promise<readonly number[]> => {
      const hits = await search.find({ sort: 'old', limit: 100, ...query });
      return hits.map(({ id }) => Number(id));
    };

    describe('words', () => {
      const texts = [
        'Hello, World!',
        '你好世界',
        '我觉得这个视频很好看',
        'ＡＢＣ Straße ÉCOLE',
        'iPhone手机 123',
        'カタカナ ｶﾞｷﾞｸﾞ 한국어',
        '好',
        '👍🏽 nice 👩‍👩‍👧',
        'a "quoted" AND* NEAR(b) OR -c:d \\ %_ {x} [y] ^z ~1',
        '你好。好世',
        'soft\u00adware and\u200b zero',
        'x'.repeat(300),
        '',
        '!!!',
      ];
      it.each([
        ['hello', [1]],
        ['WORLD hello', [1]],
        ['hell', []],
        ['你好', [2, 10]],
        ['好世', [2, 10]],
        ['你好世', [2]],
        ['好', [2, 3, 7, 10]],
        ['看', [3]],
        ['视频 好看', [3]],
        ['好看 视频', [3]],
        ['abc', [4]],
        ['STRASSE', [4]],
        ['école', [4]],
        ['e\u0301cole', [4]],
        ['ecole', []],
        ['手机', [5]],
        ['iphone 手机', [5]],
        ['ガギ', [6]],
        ['한국', [6]],
        ['👍', [8]],
        ['👧', [8]],
        ['software', [11]],
        ['x'.repeat(64), [12]],
        ['x'.repeat(63), []],
        ['', []],
        ['???', []],
        ['hello 世界', []],
      ])('finds %p in %p', async (text, expected) => {
        await put(...texts.map((each, at) => document(at + 1, each)));
        expect(await found({ text })).toEqual(expected);
        expect(texts.flatMap((each, at) => (finds(each, text) ? [at + 1] : []))).toEqual(expected);
      });

      it.each([
        ['a OR hello', []],
        ['"quoted" AND', [9]],
        ['NEAR(b', [9]],
        ['hel*', []],
        ['-c', [9]],
        ['words:hello', []],
        ['tokens:hello', []],
        ['^z ~1', [9]],
        ['_', []],
        ['%', []],
        ["hello' OR 1=1 --", []],
        ['*', []],
        ['hello~', [1]],
        ['(hello)', [1]],
        ['NOT hello', []],
      ])('takes %p for plain words', async (text, expected) => {
        await put(...texts.map((each, at) => document(at + 1, each)));
        expect(await found({ text })).toEqual(expected);
      });

      it('takes the longest text and the longest query', async () => {
        const long = '好看'.repeat(10_000);
        await put(document(1, long), document(2, 'word '.repeat(10_000)));
        expect(await found({ text: long })).toEqual([1]);
        expect(await found({ text: 'word '.repeat(1000) })).toEqual([2]);
      });
    });

    describe('filters', () => {
      beforeEach(() =>
        put(
          document(1, 'one', { keywords: { author: '7', state: 'visible' } }),
          document(2, 'one', { keywords: { author: '8', state: 'hidden' } }),
          document(3, 'one', { keywords: { author: '7', state: 'hidden' } }),
          document(4, 'one', { keywords: { author: "7' OR '1'='1" } }),
        ),
      );

      it.each<[Partial<SearchQuery>, readonly number[]]>([
        [{ keywords: { author: ['7'] } }, [1, 3]],
        [{ keywords: { author: ['7'], state: ['hidden'] } }, [3]],
        [{ keywords: { state: ['hidden', 'visible'] } }, [1, 2, 3]],
        [{ keywords: { state: [] } }, []],
        [{ keywords: { state: [''] } }, [4]],
        [{ keywords: { author: ["7' OR '1'='1"] } }, [4]],
        [{ from: 1002, to: 1003 }, [2, 3]],
        [{ from: 1004 }, [4]],
        [{ to: 1000 }, []],
      ])('hold together, with and without words: %j', async (query, expected) => {
        expect(await found(query)).toEqual(expected);
        expect(await found({ ...query, text: 'one' })).toEqual(expected);
        expect(await found({ ...query, text: 'two' })).toEqual([]);
      });

      it('by a name that the index does not have are a defect of the caller', async () => {
        const wrong = search.find({ sort: 'new', limit: 1, keywords: { 'x = 1 --': ['1'] } });
        await expect(wrong).rejects.toMatchObject({ kind: 'internal', code: 'SEARCH_MISUSE' });
      });
    });

    describe('order', () => {
      it('is by time, then by id, of 64 bits each way', async () => {
        const far = 2n ** 62n;
        const ids = [far + 1n, far + 2n, far];
        await put(...ids.map((id) => document(0, 'one', { id, at: 5 })), document(4, 'one', { at: 6 }));
        const order = async (sort: 'new' | 'old'): Promise<readonly bigint[]> =>
          (await search.find({ sort, limit: 10 })).map(({ id }) => id);
        expect(await order('old')).toEqual([far, far + 1n, far + 2n, 4n]);
        expect(await order('new')).toEqual([4n, far + 2n, far + 1n, far]);
      });

      it('of relevance is side by side first, then short, then new', async () => {
        await put(
          document(1, 'red and also blue'),
          document(2, 'a very long text about red blue things and what else there is to say about them'),
          document(3, 'red blue'),
          document(4, 'red blue'),
          document(5, 'blue red'),
          document(6, 'red'),
        );
        expect(await found({ sort: 'relevance', text: 'red blue' })).toEqual([4, 3, 2, 5, 1]);
        expect(await found({ sort: 'relevance', text: 'red' })).toEqual([6, 5, 4, 3, 1, 2]);
      });

      it.each(['new', 'old', 'relevance'] as const)(
        'by %s is walked to the end, each once, while others come and go',
        async (sort) => {
          const text = (at: number): string =>
            ['hi you', 'you hi', 'hi', `hi ${'so '.repeat(at)}`][at % 4] ?? '';
          await put(...Array.from({ length: 23 }, (_, at) => document(at + 1, text(at), { at: at % 5 })));
          const query = { sort, text: 'hi', limit: 4 };
          const whole = (await search.find({ ...query, limit: 100 })).map(({ id }) => id);
          const walked: bigint[] = [];
          let hits = await search.find(query);
          for (let page = 0; hits.length > 0 && page < 20; page += 1) {
            walked.push(...hits.map(({ id }) => id));
            await put(
              document(100 + page, 'hi there again', { at: page }),
              document(3, 'hi', { version: BigInt(page + 2), at: 2 }),
            );
            const after = hits.at(-1)?.position;
            hits = await search.find({ ...query, ...(after && { after }) });
          }
          const ofBefore = walked.filter((id) => id < 100n);
          expect(ofBefore).toEqual(whole);
          expect(new Set(walked).size).toBe(walked.length);
        },
      );

      it('has positions of its own', async () => {
        await put(document(1, 'one'));
        const [hit] = await search.find({ sort: 'new', limit: 1 });
        for (const after of [hit?.position, new Uint8Array(3), new Uint8Array(18)]) {
          const foreign = search.find({ sort: 'old', limit: 1, ...(after && { after }) });
          await expect(foreign).rejects.toMatchObject({ code: 'COMMON_CURSOR_INVALID' });
        }
      });
    });

    describe('versions', () => {
      it('let only the newer one stand, whatever comes last', async () => {
        const at = { at: 1 };
        await put(document(1, 'second', { ...at, version: 2n ** 61n + 1n }));
        await put(document(1, 'first', { ...at, version: 2n ** 61n }));
        await put(document(1, 'again', { ...at, version: 2n ** 61n + 1n }));
        expect(await found({ text: 'second' })).toEqual([1]);
        await put(document(1, 'third', { ...at, version: 2n ** 61n + 2n }));
        expect([await found({ text: 'second' }), await found({ text: 'third' })]).toEqual([[], [1]]);
      });

      it('hold within one call too', async () => {
        await put(document(1, 'new', { version: 2n }), document(1, 'old'));
        expect([await found({ text: 'new' }), await found({ text: 'old' })]).toEqual([[1], []]);
      });

      it('keep what was removed from coming back', async () => {
        await put(document(1, 'one', { version: 3n }), document(2, 'one'));
        await remove(1, 2n);
        expect(await found({ text: 'one' })).toEqual([1, 2]);
        await remove(1, 5n);
        await remove(9, 5n);
        await put(document(1, 'one', { version: 4n }), document(9, 'one', { version: 5n }));
        expect([await found({ text: 'one' }), await found()]).toEqual([[2], [2]]);
        await put(document(1, 'one', { version: 6n }));
        expect([await found({ text: 'one' }), await found()]).toEqual([
          [1, 2],
          [1, 2],
        ]);
      });
    });

    it('names what can never be stored and stores its neighbours', async () => {
      const refused = await search.put([
        document(1, 'one'),
        document(2, 'one', { keywords: { colour: 'red' } }),
        document(3, 'one', { keywords: { author: 'x'.repeat(257) } }),
        document(4, 'x'.repeat(65_537)),
        document(5, 'one', { at: 0.5 }),
        document(6, 'one', { version: 0n }),
        document(0, 'one', { id: 2n ** 63n }),
        document(8, 'one'),
      ]);
      expect(refused.map(({ id }) => Number(id))).toEqual([2, 3, 4, 5, 6, 2 ** 63]);
      for (const { cause } of refused)
        expect(cause).toMatchObject({ kind: 'invalid', code: 'SEARCH_DOCUMENT_REFUSED' });
      await settle();
      expect(await found()).toEqual([1, 8]);
    });

    it('is unavailable when it is closed', async () => {
      await search.ping();
      await search.close();
      await search.close();
      const closed = { kind: 'unavailable' };
      await expect(search.ping()).rejects.toMatchObject(closed);
      await expect(search.find({ sort: 'new', limit: 1 })).rejects.toMatchObject(closed);
      await expect(search.put([document(1, 'one')])).rejects.toMatchObject(closed);
    });
  });
}
