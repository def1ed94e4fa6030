import { AppError } from '@storey/errors';

/** A server, or a cluster by some of its nodes, as a URL names it. */
export interface RedisPlace {
  /** For messages: the URL's hosts, without any secret. */
  readonly name: string;
  readonly nodes: readonly RedisNode[];
  readonly cluster: boolean;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Read instead of a password in the URL. */
  readonly passwordFile: string | undefined;
  /** A private authority's certificates, PEM. */
  readonly caFile: string | undefined;
  readonly db: number;
  /** Before every key. */
  readonly prefix: string;
  /** What a verb may take, ms. */
  readonly timeoutMs: number;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^redis(s?)(\+cluster)?:\/\/(?:([^/?#@]*)@)?([^/?#@]*)(\/[^?#]*)?(\?[^#]*)?$/i;
const SETTINGS = ['passwordFile', 'ca', 'prefix', 'timeoutMs'];

export const isRedisUrl = (text: string): boolean => /^rediss?(\+cluster)?:/i.test(text);

/**
 * `redis://[user[:password]@]host[:6379][/db]` or `redis+cluster://[user[:password]@]host[:6379][,host[:6379]…]`, with
 * `rediss` for TLS, and `?passwordFile=…&ca=…&prefix=…&timeoutMs=…`.
 * @throws AppError internal that says what to change.
 */
export function parseRedisUrl(text: string): RedisPlace {
  const [, tls, cluster, user, hosts = '', path = '', query] = SHAPE.exec(text) ?? [];
  if (tls === undefined) throw wrong('wants redis://host:port/db or redis+cluster://host:port,host:port');
  const settings = readSettings(query);
  const [username, password] = readUser(user);
  if (password !== undefined && settings.passwordFile !== undefined) {
    throw wrong('names a password and a passwordFile; one of them is enough');
  }
  return {
    name: hosts,
    nodes: readNodes(hosts, cluster !== undefined),
    cluster: cluster !== undefined,
    tls: tls !== '',
    username,
    password,
    db: readDb(path, cluster !== undefined),
    ...settings,
  };
}

type Settings = Pick<RedisPlace, 'passwordFile' | 'caFile' | 'prefix' | 'timeoutMs'>;

function readSettings(query: string | undefined): Settings {
  const params = new URLSearchParams(query);
  for (const name of params.keys()) {
    if (!SETTINGS.includes(name)) throw wrong(`has no setting ${name}, only ${SETTINGS.join(', ')}`);
    if (params.getAll(name).length > 1 || params.get(name) === '')
      throw wrong(`wants one ${name}, not empty`);
  }
  return {
    passwordFile: params.get('passwordFile') ?? undefined,
    caFile: params.get('ca') ?? undefined,
    prefix: readPrefix(params.get('prefix') ?? ''),
    timeoutMs: readTimeout(params.get('timeoutMs') ?? '50'),
  };
}

function readPrefix(prefix: string): string {
  // No braces, which would move a key's hash tag, and nothing that a pattern of SCAN would take for a wildcard.
  if (!/^[\w:.-]{0,64}$/.test(prefix))
    throw wrong('wants a prefix of at most 64 letters, digits and _ : . -');
  return prefix;
}

function readTimeout(text: string): number {
  const timeoutMs = Number(text);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 60_000) {
    throw wrong('wants timeoutMs as whole milliseconds from 1 to 60000');
  }
  return timeoutMs;
}

function readUser(user = ''): readonly [string | undefined, string | undefined] {
  const [name = '', password] = user.split(/:(.*)/s);
  try {
    return [
      name === '' ? undefined : decodeURIComponent(name),
      password === undefined || password === '' ? undefined : decodeURIComponent(password),
    ];
  } catch (cause) {
    throw wrong('has a user or password that is not percent-encoded', cause);
  }
}

function readNodes(hosts: string, cluster: boolean): readonly RedisNode[] {
  const nodes = hosts.split(',');
  if (!cluster && nodes.length > 1) throw wrong('names many hosts: that is redis+cluster://');
  return nodes.map((node) => {
    const url = URL.parse(`http://${node}`);
    if (node === '' || url === null || url.pathname !== '/') throw wrong(`names no host in "${node}"`);
    // The port of http, which URL leaves out, is a port like any other here.
    const port = url.port === '' ? (/:80$/.test(node) ? 80 : 6379) : Number(url.port);
    return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
  });
}

function readDb(path: string, cluster: boolean): number {
  if (path === '' || path === '/') return 0;
  if (!/^\/\d{1,4}$/.test(path)) throw wrong(`wants the number of a database as its path, not ${path}`);
  if (cluster) throw wrong('names a database, which a cluster does not have');
  return Number(path.slice(1));
}

const wrong = (problem: string, cause?: unknown): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_URL_INVALID',
    message: `The key-value URL: redis ${problem}.`,
    cause,
  });
