import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PreparedStatements, toRows } from './prepared.js';

describe('PreparedStatements', () => {
  let db: DatabaseSync;
  let prepared: PreparedStatements;

  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    prepared = new PreparedStatements(db);
  });

  afterEach(() => db.close());

  it('keeps 256, forgetting the least recently used', () => {
    const first = prepared.get('select 0');
    const second = prepared.get('select 1');
    for (let n = 2; n < 256; n += 1) prepared.get(`select ${n}`);
    expect(prepared.get('select 0')).toBe(first);
    prepared.get('select 256');
    expect(prepared.size).toBe(256);
    expect(prepared.get('select 0')).toBe(first);
    expect(prepared.get('select 1')).not.toBe(second);
  });

  it('does not keep long bulk statements', () => {
    prepared.get(`select '${'x'.repeat(8_000)}'`);
    expect(prepared.size).toBe(1);
    prepared.get(`select '${'x'.repeat(8_192)}'`);
    expect(prepared.size).toBe(1);
  });

  it('knows which columns are narrow by their declared type', () => {
    db.exec('create table t (a bigint, b INTEGER, c int, d tinyint(1), e boolean, f text, g real)');
    const { columns } = prepared.get('select *, 1 as h, b + 1 as i from t');
    expect(columns.filter(({ narrow }) => narrow).map(({ name }) => name)).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('rows', () => {
  const narrow = [{ name: 'a', narrow: true }];

  it('have the values by column', () => {
    expect(toRows([[1n, 'x']], [...narrow, { name: 'b', narrow: false }])).toEqual([{ a: 1, b: 'x' }]);
  });

  it('keep NULL in a narrow column, and refuse to round', () => {
    expect(toRows([[5n], [null]], narrow)).toEqual([{ a: 5 }, { a: null }]);
    expect(() => toRows([[2n ** 53n]], narrow)).toThrow(expect.objectContaining({ kind: 'internal' }));
  });
});
