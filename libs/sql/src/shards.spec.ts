import { describe, expect, it } from '@jest/globals';
import { forEachTable, shardOf, shardOfKey, tableFor } from './index.js';

const FOUR = { first: 0, count: 4 };

describe('shardOf', () => {
  it('is the low six bits of an id', () => {
    expect([0n, 63n, 64n, 2n ** 62n + 5n].map(shardOf)).toEqual([0, 63, 0, 5]);
  });
});

describe('shardOfKey', () => {
  it.each([
    ['', 25],
    ['a', 32], // FNV-1a 0xe40c292c,
    ['video:BV1x', 9],
    ['盖楼', 0],
    ['👍', 43],
  ])('gives %p the shard %p for ever', (key, shard) => {
    expect(shardOfKey(key)).toBe(shard);
  });

  it('spreads keys that differ in their last digits only', () => {
    const counts = new Array<number>(64).fill(0);
    for (let n = 0; n < 64_000; n += 1)
      counts[shardOfKey(`video:${n}`)] = (counts[shardOfKey(`video:${n}`)] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

describe('tableFor', () => {
  it('takes a shard or an id', () => {
    const table: `comment_index_${number}` = tableFor('comment_index', 6, FOUR);
    expect(table).toBe('comment_index_2');
    expect(tableFor('comment_index', 64n + 6n, FOUR)).toBe(table);
    expect(tableFor('comment_index', 6, { first: 128, count: 4 })).toBe('comment_index_130');
  });
});

describe('forEachTable', () => {
  it('goes through the tables one after the other', async () => {
    const seen: number[] = [];
    await forEachTable(FOUR, async (n) => {
      await Promise.resolve();
      seen.push(n);
    });
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});
