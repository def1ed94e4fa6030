import { type IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** How the client's address is known. Only what a trusted hop wrote counts. */
export type RealIpRule =
  | { readonly by: 'hops'; readonly hops: number }
  | { readonly by: 'header'; readonly name: string; readonly peers: BlockList };

/** @param text `hops:N`, or `header:NAME@PEER,…` with addresses or CIDR ranges. */
export function parseRealIp(text: string): RealIpRule | undefined {
  const hops = /^hops:(\d)$/.exec(text)?.[1];
  if (hops !== undefined) return { by: 'hops', hops: Number(hops) };
  const [, name, list] = /^header:([a-z0-9-]{1,64})@(.+)$/i.exec(text) ?? [];
  const peers = list === undefined ? undefined : parsePeers(list.split(','));
  return name !== undefined && peers ? { by: 'header', name: name.toLowerCase(), peers } : undefined;
}

function parsePeers(list: readonly string[]): BlockList | undefined {
  const peers = new BlockList();
  for (const entry of list) {
    const [address = '', prefix] = entry.trim().split('/');
    const family = isIP(address);
    if (family === 0) return undefined;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return undefined;
    peers.addSubnet(address, bits, type);
  }
  return peers;
}

/** The client's address; junk in a header falls back to the socket's peer. */
export function clientIp(request: IncomingMessage, rule: RealIpRule): string {
  const peer = normalise(request.socket.remoteAddress ?? '') ?? '0.0.0.0';
  if (rule.by === 'hops') return fromForwarded(request, rule.hops) ?? peer;
  const trusted = rule.peers.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4');
  return (trusted ? normalise(String(request.headers[rule.name] ?? '')) : undefined) ?? peer;
}

/** Each proxy appends the address it saw, so the n-th trusted one wrote the n-th entry from the right. */
function fromForwarded(request: IncomingMessage, hops: number): string | undefined {
  if (hops === 0) return undefined;
  const entries = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return normalise(entries.at(-hops) ?? '');
}

function normalise(text: string): string | undefined {
  const address = text.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 || address.includes('%') ? undefined : address;
}
