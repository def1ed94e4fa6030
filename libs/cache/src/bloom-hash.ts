/** What a filter or a ring tells apart: text, or an integer of 64 bits. */
export type Hashable = string | bigint;

/** Two independent halves of one hash, unsigned 32 bits each. */
export interface HashPair {
  readonly low: number;
  readonly high: number;
}

const wide = new BigUint64Array(1);
const halves = new Uint32Array(wide.buffer);

/** Not against an adversary: whoever knows it can make keys that collide. The same on every machine. */
export function hashPair(key: Hashable): HashPair {
  return typeof key === 'bigint' ? ofInteger(key) : ofText(key);
}

/** Bits beyond 64 are not looked at. */
function ofInteger(key: bigint): HashPair {
  wide[0] = key;
  const [a = 0, b = 0] = halves;
  // Each half of the hash depends on all bits: ids differ in few of them.
  const low = mix(a ^ mix(b ^ 0x9e3779b9));
  return { low, high: mix(b ^ mix(low ^ 0x85ebca6b)) };
}

function ofText(key: string): HashPair {
  let low = 0x811c9dc5;
  let high = 0x41c6ce57;
  for (let at = 0; at < key.length; at += 1) {
    const unit = key.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  const first = mix(low ^ Math.imul(high, 0x9e3779b1));
  return { low: first, high: mix(high ^ first ^ key.length) };
}

/** The finalizer of MurmurHash3 (Appleby): each bit of the input turns each of the output half of the time. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
