import { isIP, isIPv4 } from 'node:net';
import { misconfigured } from '../misconfigured.js';

export interface Address {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `grpc://host:port` or `grpcs://host:port?ca=…&cert=…&key=…`, read. */
export interface GrpcUrl {
  readonly secure: boolean;
  /** One, or several of the same IP version. */
  readonly addresses: readonly [Address, ...Address[]];
  /** Files in PEM. `ca`: whom we believe. `cert` and `key`: who we are, always both. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const SHAPE = /^(grpcs?):\/\/([^/?#@]+)\/?(?:\?([^#]*))?$/;
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;
const FILES = ['ca', 'cert', 'key'];

/** @throws AppError `RPC_MISCONFIGURED` that tells what to change. */
export function parseGrpcUrl(target: string, url: string): GrpcUrl {
  const fail = (why: string): never => {
    throw misconfigured(`The rpc URL of "${target}", "${url}", ${why}.`);
  };
  const [, scheme, authority = '', query = ''] = SHAPE.exec(url) ?? fail(WHERE);
  const secure = scheme === 'grpcs';
  const [first, ...rest] = authority.split(',').map((part) => parseAddress(part) ?? fail(WHERE));
  if (!first) return fail(WHERE);
  const version = isIP(first.host);
  if (rest.length > 0 && (version === 0 || rest.some(({ host }) => isIP(host) !== version)))
    fail('may list several addresses only when all are IPv4 or all IPv6');
  return { secure, addresses: [first, ...rest], ...parseFiles(query, secure, fail) };
}

function parseFiles(query: string, secure: boolean, fail: (why: string) => never): Partial<GrpcUrl> {
  const files: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!FILES.includes(name)) fail(`has the unknown parameter "${name}"; known: ${FILES.join(', ')}`);
    if (!secure) fail(`must begin with grpcs:// for "${name}" to mean anything`);
    if (value === '' || name in files) fail(`must name one file as "${name}"`);
    files[name] = value;
  }
  if ((files['cert'] === undefined) !== (files['key'] === undefined))
    fail('needs both cert and key, or none');
  return files;
}

const WHERE = 'must name a host and a port from 1 to 65535, like grpc://host:port';

function parseAddress(text: string): Address | undefined {
  const [, v6, name, digits] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  return v6 !== undefined && isIP(v6) !== 6 ? undefined : { host, port };
}

/** As gRPC writes a host and a port. */
export const hostPort = ({ host, port }: Address): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;

/** What grpc-js connects to: listed addresses, or a name that is asked again and again. */
export function channelTarget({ addresses }: GrpcUrl, nameScheme: string): string {
  const [{ host }] = addresses;
  const list = addresses.map(hostPort).join(',');
  if (isIP(host) === 0) return `${nameScheme}:///${list}`;
  return isIPv4(host) ? `ipv4:${list}` : `ipv6:${list}`;
}
