import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { misuse } from '../failures.js';

const PARAMETERS: ReadonlySet<string> = new Set(['prefix', 'ca', 'sasl', 'client']);
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const DEFAULT_PORT = '9092';

export interface KafkaLocation {
  /** `host:port`, where a connection may begin. */
  readonly brokers: readonly string[];
  /** Before the name of each topic and group. */
  readonly prefix: string;
  readonly clientId: string;
  readonly tls?: { readonly ca?: string };
  readonly sasl?: {
    readonly mechanism: (typeof MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  };
}

/**
 * Reads `kafka://host:9092,host2:9092?prefix=…` and `kafkas://user:password@host?sasl=…&ca=…`. By hand: a URL of
 * several hosts is none to `URL`.
 *
 * @throws AppError `internal` that says what to change
 */
export function parseKafkaUrl(url: string): KafkaLocation {
  const parts = /^(kafkas?):\/\/(?:([^@/?#]*)@)?([^/?#]*)\/?(?:\?([^#]*))?$/.exec(url);
  if (!parts) throw misuse('A Kafka URL looks like kafka://host:9092,host2:9092?prefix=….');
  const [, scheme, user, hosts = '', query] = parts;
  const parameters = parametersOf(query ?? '');
  const prefix = parameters.get('prefix') ?? '';
  if (!/^[\w.-]{0,40}$/.test(prefix))
    throw misuse('The prefix of a Kafka URL has at most 40 of letters, digits, ".", "_" and "-".');
  const secure = scheme === 'kafkas';
  const ca = parameters.get('ca');
  if (ca !== null && !secure) throw misuse('?ca= needs the scheme kafkas://.');
  return {
    brokers: brokersOf(hosts),
    prefix,
    clientId: parameters.get('client') ?? 'storey',
    ...(secure && { tls: ca === null ? {} : { ca: readAuthority(ca) } }),
    ...saslOf(user, parameters.get('sasl')),
  };
}

function parametersOf(query: string): URLSearchParams {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.has(name))
      throw misuse(`A Kafka URL has no parameter ${name}; it knows ${[...PARAMETERS].join(', ')}.`);
  }
  return parameters;
}

function brokersOf(hosts: string): readonly string[] {
  return hosts.split(',').map((each) => {
    const [host = '', port = DEFAULT_PORT, ...more] = each.split(':');
    // The client splits at the colon itself, so an IPv6 address could not pass.
    if (host === '' || more.length > 0 || isIP(host) === 6)
      throw misuse('Each broker of a Kafka URL is host:port, by name or IPv4 address.');
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      throw misuse('The port of a Kafka broker is 1 to 65535.');
    return `${host}:${port}`;
  });
}

function saslOf(user: string | undefined, asked: string | null): Pick<KafkaLocation, 'sasl'> {
  if (user === undefined) {
    if (asked !== null) throw misuse('?sasl= needs user:password@ before the hosts.');
    return {};
  }
  const mechanism = MECHANISMS.find((known) => known === (asked ?? 'plain'));
  if (!mechanism) throw misuse(`?sasl= is one of ${MECHANISMS.join(', ')}.`);
  const [username = '', password] = user.split(':').map(decodeURIComponent);
  if (username === '' || password === undefined)
    throw misuse('Before the hosts of a Kafka URL stands user:password@, percent-encoded.');
  return { sasl: { mechanism, username, password } };
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw misuse(`The authority of ?ca= cannot be read: ${(error as Error).message}`);
  }
}
