import { expect, it } from '@jest/globals';
import { shardSpan } from './index.js';

const bases = ['comment_index', 'comment_count'];

it.each([
  ['select 1', 0],
  ['select * from "comment_index_0"', 1],
  ['select * from "comment_index_0" join "comment_count_1" on true', 1],
  ['select * from "comment_index_0" as a, "comment_index_0" as b', 1],
  ['select * from "comment_index_0" union select * from "comment_index_1"', 2],
  ['select * from `comment_index_0`, `comment_index_10`, `comment_index_1`', 3],
  ['select * from "old_comment_index_0", "comment_index_1_backup"', 0],
])('%s spans %p', (text, tables) => {
  expect(shardSpan(text, bases)).toBe(tables);
});
