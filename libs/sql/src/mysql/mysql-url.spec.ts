import { describe, expect, it } from '@jest/globals';
import { openSql } from '../index.js';
import { parseMysqlUrl } from './mysql-url.js';
import { assertMysqlVersion } from './mysql-version.js';

describe('a mysql: URL', () => {
  it('names server, user, database and settings', () => {
    expect(
      parseMysqlUrl(new URL('mysql://me:p%40ss@db:3307/comment?tables=8&pool=20&transactionMs=900')),
    ).toEqual({
      host: 'db',
      port: 3307,
      user: 'me',
      password: 'p@ss',
      database: 'comment',
      tls: undefined,
      tables: 8,
      pool: 20,
      transactionMs: 900,
    });
  });

  it('has defaults', () => {
    expect(parseMysqlUrl(new URL('mysqls://me@db/comment'))).toMatchObject({
      port: 3306,
      password: '',
      tls: { ca: undefined },
      tables: undefined,
      pool: 10,
      transactionMs: 300,
    });
  });

  it.each([
    ['mysql://me@/x', /malformed/],
    ['mysql:///x', /names no server/],
    ['mysql://db/x', /names no user/],
    ['mysql://me@db', /must name one database/],
    ['mysql://me@db/a/b', /must name one database/],
    ['mysql://me@db/x?pools=3', /no setting "pools", only tables, pool/],
    ['mysql://me@db/x?pool=0', /"pool" must be a whole number from 1 to 200/],
    ['mysql://me@db/x?pool=many', /"pool" must be a whole number/],
    ['mysql://me@db/x?transactionMs=60001', /"transactionMs" must be a whole number from 1 to 60000/],
    ['mysql://me@db/x?ca=/ca.pem', /begin the URL with mysqls:/],
    ['mysqls://me@10.0.0.1/x', /not an address/],
    ['mysqls://me@db/x?ca=/no/such.pem', /setting "ca" cannot be read/],
    ['mysql://me:secret@db/x?passwordFile=/no', /or by passwordFile, not both/],
    ['mysql://me@db/x?passwordFile=/no/such', /setting "passwordFile" cannot be read/],
  ])('%p is refused with its reason', async (url, reason) => {
    const opening = openSql(url, { migrations: {} });
    await expect(opening).rejects.toThrow(reason);
    await expect(opening).rejects.toMatchObject({ code: 'SQL_MISCONFIGURED' });
  });
});

describe('assertMysqlVersion', () => {
  it.each(['8.0.17', '8.0.36-debug', '8.4.2', '9.7.4-2'])('takes %s', (version) => {
    expect(() => assertMysqlVersion(version)).not.toThrow();
  });

  it.each([
    ['5.7.44', /MySQL 5\.7\.44; 8\.0\.17 or newer/],
    ['8.0.16', /8\.0\.17 or newer/],
    ['10.11.6-MariaDB-0+deb12u1', /is MariaDB/],
    ['', /or newer/],
  ])('refuses %p', (version, reason) => {
    expect(() => assertMysqlVersion(version)).toThrow(reason);
  });
});
