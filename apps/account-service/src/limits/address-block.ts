import { isIPv6 } from 'node:net';

/** Whom an address stands for in limits: itself, or for IPv6 its /64, which is what one customer gets at least. */
export function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = expand(address);
  const mapped = /^(?:0:){5}ffff$/.test(groups.slice(0, 6).join(':'));
  return mapped ? ipv4(groups) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** Eight groups in hex. URL writes them in their canonical form, the IPv4 tail included. */
function expand(address: string): readonly string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

function ipv4(groups: readonly string[]): string {
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
