import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { misconfigured } from '../misconfigured.js';
import { checkSettings, numberSetting, transactionMsOf } from '../url-setting.js';

export interface MysqlUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Absent: the connection is not encrypted. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  readonly tables: number | undefined;
  /** Connections for reads, and as many for transactions. */
  readonly pool: number;
  /** For a transaction whose caller gives it no time of its own. */
  readonly transactionMs: number;
}

const SETTINGS = ['tables', 'pool', 'transactionMs', 'passwordFile', 'ca'];

/**
 * `mysql://USER:PASSWORD@HOST:PORT/DATABASE?tables=4&pool=10&transactionMs=300&passwordFile=PATH`, with TLS `mysqls://…?ca=PATH`.
 * @throws AppError `SQL_MISCONFIGURED`; never with the URL in it, which may hold a password.
 */
export function parseMysqlUrl(url: URL): MysqlUrl {
  checkSettings(url, SETTINGS);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw misconfigured(`The URL names no server: ${url.protocol}//user@host:3306/database`);
  const user = decodeURIComponent(url.username);
  if (user === '') throw misconfigured(`The URL names no user: ${url.protocol}//user@host:3306/database`);
  const tables = url.searchParams.get('tables');
  return {
    host,
    port: url.port === '' ? 3306 : Number(url.port),
    user,
    password: passwordOf(url),
    database: databaseOf(url),
    tls: tlsOf(url, host),
    tables: tables === null ? undefined : Number(tables),
    pool: numberSetting(url, 'pool', 10, 200),
    transactionMs: transactionMsOf(url),
  };
}

function databaseOf({ pathname, protocol }: URL): string {
  const name = decodeURIComponent(pathname.slice(1));
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw misconfigured(
    `The URL must name one database in letters, digits, _ and -: ${protocol}//user@host:3306/database`,
  );
}

function passwordOf({ password, searchParams }: URL): string {
  const file = searchParams.get('passwordFile');
  if (file === null) return decodeURIComponent(password);
  if (password !== '') throw misconfigured('Give the password in the URL or by passwordFile, not both');
  return contentOf('passwordFile', file).trim();
}

function tlsOf({ protocol, searchParams }: URL, host: string): MysqlUrl['tls'] {
  const ca = searchParams.get('ca');
  if (protocol !== 'mysqls:') {
    if (ca === null) return undefined;
    throw misconfigured('The setting "ca" is for TLS: begin the URL with mysqls:');
  }
  // The driver would compare the certificate of an address with the name "localhost".
  if (isIP(host) !== 0)
    throw misconfigured('mysqls: needs the name that is in the certificate, not an address');
  return { ca: ca === null ? undefined : contentOf('ca', ca) };
}

function contentOf(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw misconfigured(`The file of the setting "${setting}" cannot be read: ${String(error)}`, error);
  }
}
