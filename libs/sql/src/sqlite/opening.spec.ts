import { mkdtempSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openSql } from '../index.js';
import { assertSqliteVersion } from './sqlite-version.js';

const open = (url: string, tables?: number) =>
  openSql(url, { migrations: {}, ...(tables !== undefined && { tables }) });

describe('openSql', () => {
  it.each([
    ['postgres://x/y', /scheme is postgres:/],
    ['/var/db.sqlite', /scheme is none/],
    ['sqlite:', /names no file/],
    ['sqlite://data/x.db', /sqlite:\/data… for an absolute path/],
    ['sqlite::memory:?table=4', /no setting "table"/],
    ['sqlite::memory:?tables=3', /1, 2, 4, 8, 16, 32 or 64, not 3/],
    ['sqlite::memory:?tables=x', /not NaN/],
    ['sqlite::memory:?transactionMs=0', /"transactionMs" must be a whole number from 1 to 60000/],
  ])('refuses %p and says why', async (url, reason) => {
    await expect(open(url)).rejects.toThrow(reason);
    await expect(open(url)).rejects.toMatchObject({ code: 'SQL_MISCONFIGURED' });
  });

  it.each([
    ['sqlite::memory:', undefined, 4],
    ['sqlite::memory:', 8, 8],
    ['sqlite::memory:?tables=16', 8, 16],
  ])('%p with tables %p has %p tables', async (url, tables, expected) => {
    const db = await open(url, tables);
    expect(db.tables).toMatchObject({ first: 0, count: expected });
    await db.close();
  });

  it.each([
    ['sqlite::memory:?transactionMs=20', 'deadline_exceeded'],
    ['sqlite::memory:?transactionMs=10000', 'done'],
  ])('%p gives its time to a transaction that is given none', async (url, ends) => {
    const db = await open(url);
    const ended = await db
      .transaction(() => setTimeout(100, 'done'))
      .catch((error: { kind: string }) => error.kind);
    expect(ended).toBe(ends);
    await db.close();
  });

  it('makes the folder, keeps FULL durability, and leaves no -wal behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'storey-sql-'));
    const file = join(folder, 'a b', 'x.db');
    const db = await open(`sqlite:${file}`);
    const pragma = (name: string) =>
      db.transaction(async (tx) =>
        Object.values((await sql.raw(`pragma ${name}`).execute(tx)).rows[0] ?? {}),
      );
    expect(await pragma('synchronous')).toEqual([2n]);
    expect(await pragma('journal_mode')).toEqual(['wal']);
    expect(await pragma('foreign_keys')).toEqual([1n]);
    expect(await pragma('busy_timeout')).toEqual([2000n]);
    await db.close();
    expect([existsSync(file), existsSync(`${file}-wal`)]).toEqual([true, false]);
    rmSync(folder, { recursive: true });
  });
});

describe('assertSqliteVersion', () => {
  it.each(['3.51.3', '3.51.10', '3.53.4', '4.0.0'])('takes %s', (version) => {
    expect(() => assertSqliteVersion(version)).not.toThrow();
  });

  it.each(['3.51.2', '3.50.9', '2.99.99', '0'])('refuses %s', (version) => {
    expect(() => assertSqliteVersion(version)).toThrow(/3\.51\.3 or newer/);
  });
});
