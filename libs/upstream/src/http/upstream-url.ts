import { misconfigured } from '../misconfigured.js';

export interface Address {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `http://host:port` or `https://host:port?ca=…&cert=…&key=…`, read. */
export interface UpstreamUrl {
  readonly secure: boolean;
  readonly addresses: readonly [Address, ...Address[]];
  /** Files in PEM. `ca`: whom the gateway believes. `cert` and `key`: who the BFF is, always both. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const SHAPE = /^(https?):\/\/([^/?#@]+)\/?(?:\?([^#]*))?$/;
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;
const FILES = ['ca', 'cert', 'key'];
const WHERE = 'must be like http://host:port, with a port from 1 to 65535';

/** @throws AppError `UPSTREAM_MISCONFIGURED` that tells what to change. */
export function parseUpstreamUrl(url: string, name: string): UpstreamUrl {
  const fail = (why: string): never => {
    throw misconfigured(`The upstream URL of "${name}", "${url}", ${why}.`);
  };
  const [, scheme, authority = '', query = ''] = SHAPE.exec(url) ?? fail(WHERE);
  const [first, ...rest] = authority.split(',').map((part) => parseAddress(part) ?? fail(WHERE));
  if (!first) return fail(WHERE);
  const secure = scheme === 'https';
  return { secure, addresses: [first, ...rest], ...parseFiles(query, secure, fail) };
}

function parseFiles(query: string, secure: boolean, fail: (why: string) => never): Partial<UpstreamUrl> {
  const files: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!FILES.includes(name)) fail(`has the unknown parameter "${name}"; known: ${FILES.join(', ')}`);
    if (!secure) fail(`must begin with https:// for "${name}" to mean anything`);
    if (value === '' || name in files) fail(`must name one file as "${name}"`);
    files[name] = value;
  }
  if ((files['cert'] === undefined) !== (files['key'] === undefined))
    fail('needs both cert and key, or none');
  return files;
}

function parseAddress(text: string): Address | undefined {
  const [, v6, name, digits] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
