/**
 * How things lie in Redis. A plain value lies behind the letter V, a lease on its absence behind an L under the same
 * key: whatever writes or removes the one ends the other, with no second key to keep in step. A field lies behind
 *
 *     number of its write, double | length of device, uint16 | device | tie, double, if there is a device
 *
 * so that what orders and merges need lives and dies with it; the number of the last write lies in the field ''.
 * All numbers are little-endian.
 */
const VALUE = Buffer.from('V');
const LEASE = 'L';

export type Kept = Uint8Array | { readonly lease: string } | undefined;

export const keepValue = (value: Uint8Array): Buffer => Buffer.concat([VALUE, value]);
export const keepLease = (token: string): string => LEASE + token;

/** @param reply what GET answered. Bytes are a view of what was read from the socket: a copy of each costs half as much again. */
export function readKept(reply: unknown): Kept {
  if (!Buffer.isBuffer(reply) || reply.length === 0) return undefined;
  if (reply[0] === VALUE[0]) return new Uint8Array(reply.buffer, reply.byteOffset + 1, reply.length - 1);
  return reply[0] === LEASE.charCodeAt(0) ? { lease: reply.toString('latin1', 1) } : undefined;
}

export function readValue(reply: unknown): Uint8Array | undefined {
  const kept = readKept(reply);
  return kept instanceof Uint8Array ? kept : undefined;
}

export interface KeptField {
  readonly number: number;
  readonly value: Uint8Array;
}

/** @param reply what HGET answered. */
export function readField(reply: unknown): KeptField | undefined {
  if (!Buffer.isBuffer(reply)) return undefined;
  const device = reply.readUInt16LE(8);
  const header = device === 0 ? 10 : 18 + device;
  return { number: reply.readDoubleLE(0), value: new Uint8Array(reply.subarray(header)) };
}

/** All fields in the order they were set. @param reply what HGETALL answered: field, value, field, value … */
export function readFields(reply: unknown): ReadonlyMap<string, Uint8Array> {
  const fields = pairs(reply)
    .filter(([name]) => name !== '')
    .flatMap(([name, kept]) => {
      const field = readField(kept);
      return field ? [{ name, ...field }] : [];
    });
  fields.sort((a, b) => a.number - b.number);
  return new Map(fields.map(({ name, value }) => [name, value]));
}

/** @param reply a flat list of name, content, name, content … */
export function pairs(reply: unknown): readonly (readonly [string, unknown])[] {
  const flat = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  return Array.from({ length: flat.length / 2 }, (_, i) => [String(flat[2 * i]), flat[2 * i + 1]] as const);
}
