import { expect, it } from '@jest/globals';
import {
  FROM_THE_NEWEST,
  newestOf,
  type Domain,
  type Letter,
  type Position,
  type Source,
} from './letters.js';

/** Letters that died at these times, ids from 1 up. */
function sourceOf(times: readonly number[]): Source {
  const all = times.map((at, n): Letter => {
    const id = BigInt(n + 1);
    return { id, topic: 't', key: 'k', cause: 'c', atMs: BigInt(at), attempts: 1, consumer: 'x' };
  });
  return {
    list: async (beforeId, limit) => {
      const left = all.filter(({ id }) => beforeId === 0n || id < beforeId).toReversed();
      const letters = left.slice(0, limit).map((letter) => ({ ...letter }));
      return Promise.resolve({
        letters,
        nextBeforeId: left.length > limit ? (letters.at(-1)?.id ?? 0n) : 0n,
      });
    },
    decide: () => Promise.resolve(),
  };
}

async function walk(times: Readonly<Record<Domain, readonly number[]>>, limit: number): Promise<string[][]> {
  const sources = { comment: sourceOf(times.comment), history: sourceOf(times.history) };
  const pages: string[][] = [];
  for (let position: Position | undefined = FROM_THE_NEWEST; position;) {
    const { letters, next } = await newestOf(sources, position, limit);
    pages.push(letters.map(({ domain, id }) => `${domain} ${id}`));
    position = next;
  }
  return pages;
}

it('shows the letters of both domains together, newest first, each once', async () => {
  expect(await walk({ comment: [1, 4, 5], history: [2, 3, 6] }, 4)).toEqual([
    ['history 3', 'comment 3', 'comment 2', 'history 2'],
    ['history 1', 'comment 1'],
  ]);
});

it.each([1, 2, 3, 50])('ends where both end, %i a page', async (limit) => {
  const times = { comment: [1, 2, 3, 4, 5, 6, 7], history: [9] };
  const all = (await walk(times, limit)).flat();
  expect(all).toEqual(['history 1', ...[7, 6, 5, 4, 3, 2, 1].map((id) => `comment ${id}`)]);
  expect(await walk({ comment: [], history: [] }, limit)).toEqual([[]]);
});
