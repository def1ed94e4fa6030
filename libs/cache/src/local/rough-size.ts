const WORD = 8;
/** An object's or array's own, and a string's. */
const HEADER = 16;

/** Bytes that a value may take in memory, for want of something better. Each object is counted once. */
export function roughSize(value: unknown): number {
  const seen = new Set<object>();
  const open: unknown[] = [value];
  let bytes = 0;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') bytes += HEADER + 2 * next.length;
    else if (typeof next !== 'object' || next === null) bytes += WORD;
    else if (!seen.has(next)) {
      seen.add(next);
      bytes += HEADER;
      if (ArrayBuffer.isView(next)) bytes += next.byteLength;
      else open.push(...inside(next));
    }
  }
  return bytes;
}

function inside(object: object): unknown[] {
  if (Array.isArray(object)) return object;
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  return Object.values(object);
}
