import { readFileSync } from 'node:fs';
import { misconfigured } from '../misconfigured.js';

export interface Settings {
  readonly node: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM. */
  readonly ca?: string;
  readonly prefix: string;
  readonly replicas: number;
}

const KNOWN: readonly string[] = ['prefix', 'ca', 'replicas'];

/** `http(s)://[user:password@]host[:port]?prefix=&ca=&replicas=`. @throws AppError `SEARCH_MISCONFIGURED` */
export function parseSettings(url: URL): Settings {
  const { searchParams, username, password } = url;
  const unknown = [...searchParams.keys()].find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw misconfigured(`The URL of Elasticsearch has no setting "${unknown}", only ${KNOWN.join(', ')}`);
  }
  if (url.pathname !== '/' && url.pathname !== '') {
    throw misconfigured(
      'The URL of Elasticsearch names a server, no path on it: remove what follows the port',
    );
  }
  const prefix = searchParams.get('prefix') ?? '';
  if (!/^(?:[a-z0-9][a-z0-9_-]{0,63})?$/.test(prefix)) {
    throw misconfigured(
      'The prefix of names in Elasticsearch is of a-z, 0-9, _ and -, and begins with a letter or digit',
    );
  }
  const replicas = searchParams.get('replicas') ?? '1';
  if (!/^[0-2]$/.test(replicas)) throw misconfigured('replicas is 0, 1 or 2');
  const ca = searchParams.get('ca');
  return {
    node: url.origin,
    ...(username !== '' && {
      auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
    ...(ca !== null && { ca: authority(url, ca) }),
    prefix,
    replicas: Number(replicas),
  };
}

function authority({ protocol }: URL, file: string): string {
  if (protocol !== 'https:') throw misconfigured('ca= is of use with https: alone');
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw misconfigured(`The authority ${file} of Elasticsearch can't be read`, cause);
  }
}
