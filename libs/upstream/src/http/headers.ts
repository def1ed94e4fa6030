import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is said to the next hop alone (RFC 9110, 7.6.1); `expect` was answered by this one. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** `Connection: x-client-ip` is a known trick to lose what a proxy has added. */
const KEPT = /^(?:x-internal-|x-trace-id$|x-client-ip$|x-deadline-ms$|x-lane$|host$|content-)/;

/** The headers of a request as the BFF gets them. */
export function requestHeaders(request: IncomingMessage): Record<string, string | string[]> {
  return endToEnd(request.headers, (name) => name === 'trailer');
}

/** Puts the head of the BFF's answer on ours: it replaces what stands there, but `Vary`, which says both. */
export function copyHead(
  from: IncomingHttpHeaders,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const chunked = from['transfer-encoding'] !== undefined && request.httpVersion !== '1.0';
  const headers = endToEnd(from, (name) => name === 'trailer' && !chunked);
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, name === 'vary' ? bothOf(response.getHeader(name), value) : value);
  }
}

function endToEnd(headers: Headers, unwanted: (name: string) => boolean): Record<string, string | string[]> {
  const named = listOf(headers['connection']).filter((name) => !KEPT.test(name));
  const drop = (name: string): boolean => HOP_BY_HOP.has(name) || named.includes(name) || unwanted(name);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !drop(name)) kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}

function bothOf(ours: number | string | string[] | undefined, theirs: string | string[]): string {
  const names = new Set([...listOf(ours), ...listOf(theirs)]);
  return names.has('*') ? '*' : [...names].join(', ');
}

const listOf = (value: number | string | readonly string[] | undefined): string[] =>
  String(value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
