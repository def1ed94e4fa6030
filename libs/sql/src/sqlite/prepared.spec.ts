import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PreparedStatements, narrowIntegers } from './prepared.js';

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
    expect(prepared.get('select *, 1 as h, b + 1 as i from t').narrow).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('narrowIntegers', () => {
  it('leaves NULL, and refuses to round', () => {
    const rows = [{ a: 5n }, { a: null }];
    narrowIntegers(rows, ['a']);
    expect(rows).toEqual([{ a: 5 }, { a: null }]);
    expect(() => narrowIntegers([{ a: 2n ** 53n }], ['a'])).toThrow(
      expect.objectContaining({ kind: 'internal' }),
    );
  });
});
